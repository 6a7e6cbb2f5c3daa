using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Kling;
using VideoGen.Silo.Providers.Local;
using VideoGen.Silo.Providers.OpenAiVideos;
using VideoGen.Silo.Providers.Replicate;
using VideoGen.Silo.Providers.VertexVeo;

namespace VideoGen.Silo.Providers;

/// <summary>
/// The provider accounts of this host. When changed settings are taken over, one that is not named any more goes on serving the jobs that it
/// has, and calls that are under way at one that was changed come to their end: nothing is disposed before the host ends.
/// </summary>
internal sealed class VideoProviders : IVideoProviders, IVideoSources, IDisposable
{
    private readonly IInputFiles _inputs;
    private readonly TimeProvider _time;
    private readonly List<IAccountAdapter> _made = [];
    private volatile FrozenDictionary<string, Adapter> _byAccount;
    private volatile Tuple<DateTimeOffset?, IReadOnlyDictionary<string, string>> _watched = Tuple.Create<DateTimeOffset?, IReadOnlyDictionary<string, string>>(null, new Dictionary<string, string>(StringComparer.Ordinal));

    public VideoProviders(LocalVideos local, IOptions<AccountsOptions> accounts, IInputFiles inputs, TimeProvider time)
    {
        _inputs = inputs;
        _time = time;
        _byAccount = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create(local.Account, new Adapter(local, Settings: null))], StringComparer.Ordinal);
        Apply(accounts.Value);
    }

    public IReadOnlyCollection<IVideoProvider> All => [.. _byAccount.Values.Select(adapter => adapter.Provider)];

    public IVideoProvider? Find(string account) => _byAccount.GetValueOrDefault(account)?.Provider;

    public AccountStanding? StandingOf(string account)
    {
        if (_byAccount.GetValueOrDefault(account) is not { } adapter) return null;
        var (at, troubles) = _watched;
        return adapter.Settings is { } settings
            ? new(settings.Said.Type!, troubles.GetValueOrDefault(account), at)
            : new(ModelCatalogue.LocalAccount, Trouble: null, LookedAt: null);
    }

    /// <summary>Whether the accounts let us in, as somebody has just seen.</summary>
    /// <param name="at">When.</param>
    /// <param name="troubles">Those that do not, and what to do.</param>
    public void Watched(DateTimeOffset at, IReadOnlyDictionary<string, string> troubles) => _watched = Tuple.Create<DateTimeOffset?, IReadOnlyDictionary<string, string>>(at, troubles);

    public IVideoSource? Of(string account) => Find(account) as IVideoSource;

    /// <summary>From now on these are the accounts, besides those that may have jobs.</summary>
    /// <param name="accounts">What is configured, and was validated.</param>
    /// <exception cref="IOException">The file of a key cannot be read; nothing has changed.</exception>
    public void Apply(AccountsOptions accounts)
    {
        var adapters = new Dictionary<string, Adapter>(_byAccount, StringComparer.Ordinal);
        foreach (var (name, settings) in accounts.ByName)
        {
            var options = AccountReader.Read(settings);
            var now = (settings, options.Key.Reveal()); // The key may be in a file, and another one now.
            if (adapters.GetValueOrDefault(name)?.Settings != now) adapters[name] = new(Make(name, settings.Type!, options), now);
        }

        _byAccount = adapters.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var adapter in _made) adapter.Dispose();
    }

    private IAccountAdapter Make(string name, string type, AccountOptions options)
    {
        IAccountAdapter adapter = type switch
        {
            AccountTypes.Kling => new KlingVideos(name, options, _inputs, _time),
            AccountTypes.Replicate => new ReplicatePredictions(name, options, _inputs, _time),
            AccountTypes.VertexVeo => new VertexVideos(name, options, _inputs, _time),
            _ => new OpenAiProvider(name, options, _inputs, _time),
        };
        _made.Add(adapter);
        return adapter;
    }

    private sealed record Adapter(IVideoProvider Provider, (AccountSettings Said, string Key)? Settings)
    {
        public override string ToString() => Provider.Account; // Without its key.
    }
}
