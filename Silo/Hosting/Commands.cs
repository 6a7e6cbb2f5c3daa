using System.Text.RegularExpressions;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Settings;

namespace VideoGen.Silo.Hosting;

/// <summary>What the commands of the program have in common: <c>videogen keys</c>, <c>videogen duplicates</c>, <c>videogen cluster</c>.</summary>
internal static partial class Commands
{
    /// <summary>Takes the arguments of the form <c>--Section:Name=value</c> out: they are configuration, as the host's are.</summary>
    public static (string[] Settings, string[] Others) Split(string[] args)
    {
        var settings = Array.FindAll(args, Settings().IsMatch);
        return (settings, args.Except(settings, StringComparer.Ordinal).ToArray());
    }

    /// <summary>The configuration that a host with these settings would have.</summary>
    public static ConfigurationManager Configuration(string[] settings)
    {
        var configuration = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory }).Configuration;
        SettingsFile.AddTo(configuration, DataFolder.Of(configuration));
        return configuration;
    }

    /// <summary>Runs a command; an expected failure is a sentence on standard error and 1.</summary>
    public static async Task<int> Sentenced(Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (Exception e) when (StartFailure.Sentence(e) is { } sentence)
        {
            return Fail(sentence);
        }
    }

    /// <returns>1.</returns>
    public static int Fail(string sentence)
    {
        Say(sentence);
        return 1;
    }

    /// <summary>To the person, not to the program that reads standard output.</summary>
    public static void Say(string sentences) => Console.Error.WriteLine(sentences);

    [GeneratedRegex(@"\A--(VIDEOGEN_DATA|VIDEOGEN_SETTINGS|[^=:\s]+:[^=\s]+)=", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Settings();
}
