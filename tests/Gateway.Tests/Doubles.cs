using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Gateway.Health;
using VideoGen.Providers;
using VideoGen.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Tests;

/// <summary>A request grain that answers what a test wrote down. What is under test is the translation, not the grain.</summary>
internal sealed class ScriptedGrain : IVideoRequestGrain
{
    public Func<VideoAsk, Task<AskAnswer>> OnAsk { get; set; } = _ => throw new InvalidOperationException("No ask was expected.");

    public Func<int, Task<VideoView?>> OnGet { get; set; } = _ => Task.FromResult<VideoView?>(null);

    public Func<int, long, Task<VideoView?>> OnWait { get; set; } = (_, _) => throw new InvalidOperationException("No wait was expected.");

    public Func<Task<bool>> OnErase { get; set; } = () => throw new InvalidOperationException("No erasure was expected.");

    public Task<bool> Erase() => OnErase();

    public Func<int, Task<VideoView?>> OnDelete { get; set; } = _ => throw new InvalidOperationException("No delete was expected.");

    public ConcurrentQueue<VideoAsk> Asks { get; } = new();

    public Task<AskAnswer> Ask(VideoAsk ask)
    {
        Asks.Enqueue(ask);
        return OnAsk(ask);
    }

    public Task<VideoView?> Get(int round) => OnGet(round);

    public Task<FinishedJob?> Source(int round) => throw new NotSupportedException();

    public Task<VideoView?> WaitForChange(int round, long seen) => OnWait(round, seen);

    public Task<VideoView?> Delete(int round) => OnDelete(round);

    public Func<int, bool, Task<RequeueAnswer>> OnRequeue { get; set; } = (_, _) => throw new InvalidOperationException("No requeue was expected.");

    public Func<int, Task<VideoDecision?>> OnExplain { get; set; } = _ => throw new InvalidOperationException("No explanation was expected.");

    public Task<VideoDecision?> Explain(int round) => OnExplain(round);

    public Func<int, Task<VideoView?>> OnCancel { get; set; } = _ => throw new InvalidOperationException("No cancel was expected.");

    public Func<VideoAsk, Task<VideoQuote>> OnQuote { get; set; } = _ => throw new InvalidOperationException("No quote was expected.");

    public Task<VideoQuote> Quote(VideoAsk ask)
    {
        Asks.Enqueue(ask);
        return OnQuote(ask);
    }

    public Func<int, string, Task<VideoView?>> OnDiscard { get; set; } = (_, _) => throw new InvalidOperationException("No discard was expected.");

    public Task<RequeueAnswer> Requeue(int round, bool acceptDoublePayment) => OnRequeue(round, acceptDoublePayment);

    public Task<VideoView?> Cancel(int round) => OnCancel(round);

    public Task<VideoView?> Discard(int round, string reason) => OnDiscard(round, reason);

    public Task<JobAdoption> Adopt(int round, int attempt, string account, string jobId) => throw new NotSupportedException();

    public Task CalledBack(int round, int attempt, string account, string jobId) => throw new NotSupportedException();

    public Func<int, bool, Task<TellAgainAnswer>> OnTellAgain { get; set; } = (_, _) => throw new InvalidOperationException("No telling was expected.");

    public Task<TellAgainAnswer> TellAgain(int round, bool hasWebhooks) => OnTellAgain(round, hasWebhooks);

    public Task Wake() => throw new NotSupportedException();
}

/// <summary>A provider's grain that hears what a test sends, and says what a test wrote down.</summary>
internal sealed class ScriptedProviderGrain : IProviderGrain
{
    public CallbackVerdict Verdict { get; set; } = CallbackVerdict.Taken;

    public Exception? Trouble { get; set; }

    public ConcurrentQueue<ProviderCallback> Heard { get; } = new();

    public ProviderLook Looks { get; set; } = new("local", null, null, new(BreakerState.Closed, 0, null, null), null, 0, 0, null, 0, null);

    public Task<ProviderLook> Look() => Task.FromResult(Looks);

    public Task<SlotAnswer> Acquire(Slot slot, Owner owner) => throw new NotSupportedException();

    Task IProviderGrain.Heard(Slot slot, CallReport report) => throw new NotSupportedException();

    public Task<CallbackVerdict> CalledBack(ProviderCallback callback)
    {
        if (Trouble is { } trouble) throw trouble;
        Heard.Enqueue(callback);
        return Task.FromResult(Verdict);
    }
}

internal sealed class ScriptedIdempotency(ScriptedGrain grain) : IIdempotencyGrain
{
    public Func<string, VideoAsk, Task<IdempotentAnswer>> OnAsk { get; set; } = async (_, ask) => new IdempotentAnswer.Answered(await grain.Ask(ask));

    public ConcurrentQueue<string> Fingerprints { get; } = new();

    public Task<IdempotentAnswer> Ask(string fingerprint, VideoAsk ask)
    {
        Fingerprints.Enqueue(fingerprint);
        return OnAsk(fingerprint, ask);
    }
}

internal sealed class MemoryInputs : IInputFiles
{
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    public Func<Exception?> OnSave { get; set; } = () => null;

    public async Task<InputFile> Save(Stream picture, string mediaType, CancellationToken cancellationToken)
    {
        if (OnSave() is { } trouble) throw trouble;
        using var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken);
        var sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.ToArray()));
        Stored[sha] = bytes.ToArray();
        return new(sha, mediaType);
    }

    public Task<Stream?> Open(InputFile input, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>One grain for every key; remembers the keys.</summary>
internal sealed partial class ScriptedGrains(ScriptedGrain grain, ScriptedIdempotency idempotency) : IGrainFactory
{
    public ConcurrentQueue<string> Keys { get; } = new();

    public ScriptedProviderGrain Provider { get; } = new();

    public ScriptedLimits Limits { get; } = new();

    public MemoryWebhooks Webhooks { get; } = new();

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        Keys.Enqueue(primaryKey);
        if (typeof(TGrainInterface) == typeof(IProviderGrain)) return (TGrainInterface)(object)Provider;
        if (typeof(TGrainInterface) == typeof(ILimitsGrain)) return (TGrainInterface)(object)Limits;
        if (typeof(TGrainInterface) == typeof(IWebhooksGrain)) return (TGrainInterface)(object)Webhooks.Of(WebhooksKey.ClientOf(primaryKey));
        return (TGrainInterface)(object)(typeof(TGrainInterface) == typeof(IIdempotencyGrain) ? idempotency : grain);
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();
}

internal sealed class TwoModels : IModelCatalogue
{
    public string DefaultModel => "local-1";

    public IReadOnlyList<ModelTerms> All { get; } =
    [
        new("local-1", "local", [new(0m)], false, ["1280x720", "720x1280"], [4, 8]),
        new("paid-1", "paid", [new(0.4m)], true, ["1920x1080"], [8, 4, 12], Remixes: true, TakesInput: true),
    ];

    public ModelTerms? Find(string model) => All.FirstOrDefault(terms => terms.Model == model);
}

internal sealed class FixedInstallation : IInstallation
{
    public string Id => "test0000";

    public int KeyRules => VideoRequestKey.CurrentRules;
}

internal sealed class MemoryFiles : IVideoFiles
{
    public Func<Stream?> OnOpen { get; set; } = () => null;

    /// <summary>Where a caller is sent for a file; null: nowhere.</summary>
    public Func<string, Uri?> OnLink { get; set; } = _ => null;

    /// <summary>What is there besides the video.</summary>
    public Dictionary<MediaVariant, byte[]> Pictures { get; } = [];

    public TimeSpan? RetainFor { get; set; }

    public Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) =>
        Task.FromResult(variant == MediaVariant.Video ? OnOpen() : Pictures.TryGetValue(variant, out var picture) ? new MemoryStream(picture) : null);

    public ValueTask<Uri?> Link(VideoId id, MediaVariant variant, string mediaType, string disposition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(OnLink($"{id} {variant.ToWire()} {mediaType} {disposition}"));

    public Task Delete(VideoId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> Trouble(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}

/// <summary>Keys that a test made; none at first.</summary>
internal sealed class ScriptedKeys : IClientKeys
{
    private readonly List<KnownKey> _keys = [];

    /// <summary>The plans of clients; said before a key is made.</summary>
    public Dictionary<string, string> Plans { get; } = [];

    public KnownClients Latest { get; private set; } = new([], new Dictionary<string, string>(), keysExist: false);

    /// <summary>Whether the database answered lately.</summary>
    public bool Reachable { get; set; } = true;

    public ConcurrentQueue<string> Uses { get; } = new();

    /// <summary>Makes a key for a client; what comes back is its whole text.</summary>
    public string Make(string client, KeyScopes scopes = KeyScopeWords.Usual)
    {
        var key = ApiKey.From(RandomNumberGenerator.GetString(ApiKey.Alphabet, ApiKey.SecretLength));
        _keys.Add(new(_keys.Count + 1, client, key.Hash, scopes));
        Latest = new(_keys, Plans, keysExist: true);
        return key.Reveal();
    }

    public void Revoke(string key)
    {
        _keys.RemoveAll(k => ApiKey.TryParse(key, out var revoked) && k.Hash.Equals(revoked.Hash));
        Latest = new(_keys, new Dictionary<string, string>(), keysExist: true);
    }

    /// <summary>From now on the key may do this, and nothing else.</summary>
    public void Allow(string key, KeyScopes scopes)
    {
        var at = _keys.FindIndex(k => ApiKey.TryParse(key, out var known) && k.Hash.Equals(known.Hash));
        _keys[at] = _keys[at] with { Scopes = scopes };
        Latest = new(_keys, Plans, keysExist: true);
    }

    public ValueTask<KnownClients?> Fresh(CancellationToken cancellationToken) => new(Reachable ? Latest : null);

    public void Used(KnownKey key) => Uses.Enqueue(key.Client);
}

internal sealed class FixedBook : IRequestBook
{
    public static readonly VideoId[] Ids = [.. Enumerable.Range(1, 5).Select(round => new VideoId(Views.Id.RequestKey, round))];

    // Oldest last, as a database would answer for the newest first.
    public Task<IReadOnlyList<VideoId>> List(string client, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken)
    {
        var ids = oldestFirst ? Ids : [.. Ids.Reverse()];
        var from = after is { } id ? Array.IndexOf(ids, id) + 1 : 0;
        return Task.FromResult<IReadOnlyList<VideoId>>(client == Owner.LocalClient ? [.. ids.Skip(from).Take(limit)] : []);
    }

    public ConcurrentQueue<string?> Clients { get; } = new();

    public Task<VideoStats> Stats(string? client, CancellationToken cancellationToken)
    {
        Clients.Enqueue(client);
        return Task.FromResult(Everything);
    }

    private static VideoStats Everything => new(
        7, new Dictionary<string, long> { [VideoStatusWords.Completed] = 5, [VideoStatusWords.Failed] = 2 }, 3, 9.6m, 1);
}

/// <summary>One user's requests, as a test wrote them down.</summary>
internal sealed class ScriptedUsers : IUserBook
{
    public ConcurrentQueue<Owner> Asked { get; } = new();

    public List<string> Worded { get; } = [];

    public long Erasing { get; set; }

    public Task<IReadOnlyList<VideoId>> List(Owner owner, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken)
    {
        Asked.Enqueue(owner);
        return Task.FromResult<IReadOnlyList<VideoId>>([.. FixedBook.Ids.Take(limit)]);
    }

    public Task<IReadOnlyDictionary<string, long>> ByStatus(Owner owner, CancellationToken cancellationToken)
    {
        Asked.Enqueue(owner);
        return Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long> { [VideoStatusWords.Completed] = 3 });
    }

    public Task<IReadOnlyList<string>> WithWords(Owner owner, int limit, CancellationToken cancellationToken)
    {
        Asked.Enqueue(owner);
        return Task.FromResult<IReadOnlyList<string>>([.. Worded.Take(limit)]);
    }

    public Task<long> BeingErased(Owner owner, CancellationToken cancellationToken)
    {
        Asked.Enqueue(owner);
        return Task.FromResult(Erasing);
    }
}

/// <summary>The limits of whoever is asked about.</summary>
internal sealed class ScriptedLimits : ILimitsGrain
{
    public Task<QuotaLine> OfUser() => Task.FromResult(new QuotaLine("user", 2, 5, null));

    public Task<QuotaLine> OfRun(string run) => Task.FromResult(new QuotaLine("run", 1, 1, null));

    public Task<ImmutableArray<BudgetLine>> Budgets() => Task.FromResult<ImmutableArray<BudgetLine>>([new(new("user:local/alice", "2026-11-20"), 5m, 3.20m, 0, 0)]);

    public Task<ClientLimits> OfClient() => Task.FromResult<ClientLimits>(new(
        5, TimeSpan.FromMinutes(10), 2m, null, [new(new(Scopes.Client("bot"), "2026-11-21"), 10m, 1.6m, 3.2m, 0.4m), new(new(Scopes.Client("bot"), "2026-11"), null, 1.6m, 8m, 0.4m)]));

    public Task<ImmutableArray<BudgetLine>> OfAll() => Task.FromResult<ImmutableArray<BudgetLine>>(
        [new(new(Scopes.Global, "2026-11-21"), 50m, 1.6m, 3.2m, 0.4m), new(new(Scopes.Global, "2026-11"), null, 1.6m, 8m, 0.4m)]);
}

internal sealed class Check(string name, Func<CancellationToken, Task<string?>> trouble) : IReadinessCheck
{
    public string Name => name;

    public Task<string?> Trouble(CancellationToken cancellationToken) => trouble(cancellationToken);
}

internal static class Views
{
    public static readonly Owner Local = new(Owner.LocalClient, Owner.Everyone);

    public const string Prompt = "A cat on a roof";

    public static readonly VideoId Id = new(VideoRequestKey.For(1, Local, Prompt), 1);

    public static readonly VideoView Queued = new(
        Id, Local, 1, VideoStatus.Queued, Prompt, new("local-1", "1280x720", 4), 0, new(2026, 11, 21, 12, 0, 0, 900, TimeSpan.Zero),
        null, null, null, null, 1.6m, "waits for a slot", null, null, false);

    public static readonly VideoView Completed = Queued with
    {
        Revision = 9,
        Status = VideoStatus.Completed,
        Progress = 100,
        EndedAt = new(2026, 11, 21, 12, 3, 0, TimeSpan.Zero),
        WindowEndsAt = new(2026, 11, 22, 12, 5, 0, TimeSpan.Zero),
        Charged = Charged.Yes,
        Waiting = null,
        File = new(10, new('a', 64)),
    };

    public static readonly VideoView Failed = Queued with
    {
        Status = VideoStatus.Failed,
        EndedAt = new(2026, 11, 21, 12, 3, 0, TimeSpan.Zero),
        Charged = Charged.No,
        Error = new(Codes.ContentPolicyViolation, "The provider refused the prompt."),
    };
}
