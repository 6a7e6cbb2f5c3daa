using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Access;

namespace VideoGen.Storage.Access;

/// <summary>Clients from the configuration, checked at start. Which plans there are is for the hosts to check that have grains.</summary>
public static class ConfiguredClients
{
    /// <summary>What a client may be called.</summary>
    public const string Rule = "a client's name has 1 to 64 of a-z, 0-9, dash and underscore, and is not 'local', which is this machine without a key";

    /// <summary>Reads section <see cref="ClientsOptions.Section"/>.</summary>
    public static IServiceCollection AddConfiguredClients(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(ClientsOptions.Section);
        services.AddOptions<ClientsOptions>().Configure(clients => section.Bind(clients.ByName)).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<ClientsOptions>>(new ClientsCheck(section));
    }

    /// <summary>Options that nobody reads: a limit or a key that is spelled wrongly must not be none.</summary>
    public static IEnumerable<string> Unread(IConfigurationSection section, params string[] known) => section.GetChildren()
        .Where(option => !known.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
        .Select(option => $"{option.Path} is unknown; here are {string.Join(" and ", known)}.");

    private sealed class ClientsCheck(IConfigurationSection configured) : IValidateOptions<ClientsOptions>
    {
        public ValidateOptionsResult Validate(string? name, ClientsOptions options)
        {
            var wrong = options.ByName.SelectMany(client => WrongWith(client.Key, client.Value)).ToList();
            wrong.AddRange(configured.GetChildren().SelectMany(client => Unread(client, nameof(ClientOptions.KeySha256), nameof(ClientOptions.Plan))));
            wrong.AddRange(options.ByName.Where(c => c.Value.KeySha256 is not null)
                .GroupBy(c => c.Value.KeySha256, StringComparer.OrdinalIgnoreCase)
                .Where(same => same.Count() > 1)
                .Select(same => $"{string.Join(", ", same.Select(c => $"{ClientsOptions.Section}:{c.Key}:{nameof(ClientOptions.KeySha256)}"))} are the same: a key belongs to one client."));
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }

        private static IEnumerable<string> WrongWith(string client, ClientOptions options)
        {
            var section = $"{ClientsOptions.Section}:{client}";
            if (!Owner.IsClient(client)) yield return $"{section}: {Rule}.";
            if (options.KeySha256 is not null && !KeyHash.TryParse(options.KeySha256, out _))
            {
                yield return $"{section}:{nameof(ClientOptions.KeySha256)} must be the SHA-256 of the key, 64 hexadecimal digits: printf %s \"$KEY\" | sha256sum.";
            }
        }
    }
}
