using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using VideoGen.Storage.Hosts;

namespace VideoGen.Storage.Settings;

/// <summary>Tries settings before they are in force: with the very checks that a start makes.</summary>
/// <param name="register">What the host registers of the options that may change while it runs, each validated on start.</param>
public sealed class SettingsTrial(Action<IServiceCollection, IConfiguration> register)
{
    /// <summary>Why a host could not be started with these settings, as a sentence; null where it could.</summary>
    /// <param name="configuration">What is in force.</param>
    /// <param name="file">The part of it that is to change.</param>
    /// <param name="settings">What the file would say.</param>
    internal string? WrongWith(IConfigurationRoot configuration, SettingsFile file, IReadOnlyDictionary<string, string?> settings)
    {
        var changed = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Providers.Single();
        var candidate = new ConfigurationRoot([.. configuration.Providers.Select(provider => new AsItIs(ReferenceEquals(provider, file) ? changed : provider))]);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(candidate);
        try
        {
            register(services, candidate);
            using var provider = services.BuildServiceProvider();
            provider.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (Exception wrong) when (StartFailure.Sentence(wrong) is { } sentence)
        {
            return sentence;
        }
    }

    // Making a configuration loads its parts again; these are in force, and stay as they are.
    private sealed class AsItIs(IConfigurationProvider provider) : IConfigurationProvider
    {
        public bool TryGet(string key, out string? value) => provider.TryGet(key, out value);

        public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => provider.GetChildKeys(earlierKeys, parentPath);

        public void Set(string key, string? value) => throw new NotSupportedException("A trial changes nothing.");

        public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

        public void Load() { }
    }
}
