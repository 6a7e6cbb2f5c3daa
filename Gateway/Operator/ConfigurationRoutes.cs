using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Operator;

/// <summary><c>GET /api/admin/configuration</c>: the options of this process as they are in force or wait for a restart, and where each comes from.</summary>
internal static class ConfigurationRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/admin/configuration", Get).Documented(ViewOperations.Configuration);

    private static IResult Get(IConfiguration configuration)
    {
        var providers = ((IConfigurationRoot)configuration).Providers.Reverse().ToArray();
        var options = configuration.AsEnumerable()
            .Where(option => option.Value is not null && SeenOptions.Sections.Contains(option.Key.Split(':')[0]))
            .OrderBy(option => option.Key, StringComparer.OrdinalIgnoreCase)
            .Select(option => OptionBody.Of(option.Key, option.Value!, SourceOf(option.Key, providers)));
        return WireJson.Answer(new ConfigurationBody([.. options]));
    }

    // The last that says something goes first.
    private static string SourceOf(string option, IConfigurationProvider[] providers) => Array.Find(providers, provider => provider.TryGet(option, out _)) switch
    {
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command_line",
        JsonConfigurationProvider => "file",
        MemoryConfigurationProvider or null => "program",
        _ => "settings", // Of all providers only that of the settings file is our own.
    };
}

/// <summary>All options that are said, by name. What is not said is as the README's table has it.</summary>
internal sealed record ConfigurationBody(IReadOnlyList<OptionBody> Options);

/// <summary>One of them.</summary>
/// <param name="Name">With colons; in the environment each is two underscores.</param>
/// <param name="Value">What it says; null where that is not shown.</param>
/// <param name="Redacted">Whether it is not: it is a secret, has one in it, or is not known.</param>
/// <param name="Source"><c>environment</c>, <c>command_line</c>, <c>settings</c> (the settings file), <c>file</c>, or <c>program</c>.</param>
internal sealed record OptionBody(string Name, string? Value, bool Redacted, string Source)
{
    public static OptionBody Of(string name, string value, string source)
    {
        var shown = SeenOptions.IsHarmless(name) ? SeenOptions.Shown(value) : null;
        return new(name, shown, shown is null, source);
    }
}
