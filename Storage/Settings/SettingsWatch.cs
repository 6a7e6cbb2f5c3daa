using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoGen.Storage.Hosts;

namespace VideoGen.Storage.Settings;

/// <summary>
/// Looks whether the settings have changed, and takes them over when a host could be started with them; until they are mended the ones before
/// go on. It reads the file and does not wait for news of it: there are none of mounted folders, and of files that are links.
/// </summary>
public sealed partial class SettingsWatch(
    SettingsFile file, IConfiguration configuration, SettingsTrial trial, IEnumerable<LiveSettings> live, TimeProvider time, ILogger<SettingsWatch> logger) : BackgroundService
{
    /// <summary>How soon a change is seen; it is taken over when it is the same at the next look.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private IReadOnlyDictionary<string, string?>? seen;
    private string? said;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start reads them.
        }
    }

    private void Look()
    {
        try
        {
            var settings = file.Read();
            var changed = Changed(file.InForce, settings);
            var isStill = seen is not null && Changed(seen, settings).Count == 0; // Who writes it may be in the middle of it.
            seen = settings;
            if (changed.Count == 0) said = null;
            else if (!isStill) return;
            else if (trial.WrongWith((IConfigurationRoot)configuration, file, settings) is { } wrong) Say(wrong);
            else Apply(settings, changed);
        }
        catch (Exception wrong) when (StartFailure.Sentence(wrong) is { } sentence)
        {
            Say(sentence);
        }
    }

    private void Apply(IReadOnlyDictionary<string, string?> settings, List<string> changed)
    {
        said = null;
        file.Use(settings);
        foreach (var options in live) options.Apply?.Invoke();
        LogChanged(string.Join(", ", changed));
        var late = changed.Where(option => !live.Any(options => options.Has(option))).ToList();
        if (late.Count > 0) LogNeedsRestart(string.Join(", ", late));
    }

    // Once, and not each time somebody looks.
    private void Say(string wrong)
    {
        if (wrong == said) return;
        said = wrong;
        LogRefused(file.Path, wrong);
    }

    private static List<string> Changed(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) =>
        [.. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key)).Order(StringComparer.OrdinalIgnoreCase)];

    // Names of options and never what they say: some are secrets.
    [LoggerMessage(1, LogLevel.Information, "Settings have changed and are in force: {Options}")]
    private partial void LogChanged(string options);

    [LoggerMessage(2, LogLevel.Warning, "Of the changed settings these take effect at the next start: {Options}")]
    private partial void LogNeedsRestart(string options);

    [LoggerMessage(3, LogLevel.Error, "The settings in {Path} have changed and are not taken over, those before go on: {Wrong}")]
    private partial void LogRefused(string path, string wrong);
}

/// <summary>Registers what watches the settings.</summary>
public static class SettingsSetup
{
    /// <param name="services">The host's.</param>
    /// <param name="file">As the configuration has it.</param>
    /// <param name="register">As <see cref="SettingsTrial"/> has it.</param>
    public static IServiceCollection AddSettings(this IServiceCollection services, SettingsFile file, Action<IServiceCollection, IConfiguration> register) => services
        .AddSingleton(file)
        .AddSingleton(new SettingsTrial(register))
        .AddHostedService<SettingsWatch>();
}
