using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Access;

namespace VideoGen.Storage.Access;

/// <summary>
/// The keys and clients of the database and of the configuration, in memory. Read again every second where they have changed; that
/// nothing changed counts as having read them. A key that ends by itself ends here, whether the database answers then or not.
/// </summary>
public sealed partial class ClientKeyRing(
    PostgresClientKeys stored, IOptions<ClientsOptions> configured, TimeProvider time, ILogger<ClientKeyRing> logger) : BackgroundService, IClientKeys
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long a caller waits for the database when what is known is too old.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The use of a key that is used all the time is written down this often.</summary>
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    private readonly Lock guard = new();
    private readonly ConcurrentDictionary<long, DateTimeOffset> noted = new(), unwritten = new(); // Bounded by the keys there are.
    private volatile Reading last = new([], new Dictionary<string, string>(StringComparer.Ordinal), KeysExist: true, Version: 0, Began: null, Ending: []);
    private Task<bool>? reading;
    private bool failing;

    /// <inheritdoc/>
    public KnownClients Latest => Now().Clients;

    /// <summary>Reads them for the first time; before that nobody is let in.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task Load(CancellationToken cancellationToken) => Read(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<KnownClients?> Fresh(CancellationToken cancellationToken)
    {
        if (IsFresh(last)) return Now().Clients;
        try
        {
            await TryRead().WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It goes on, for whoever comes next.
        }

        return Now() is var newest && IsFresh(newest) ? newest.Clients : null;
    }

    /// <inheritdoc/>
    public void Used(KnownKey key)
    {
        if (key.Id is not { } id) return;
        var now = time.GetUtcNow();
        if (!noted.TryGetValue(id, out var before) || now - before >= NoteEvery) noted[id] = unwritten[id] = now;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryWriteUses(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await TryRead().WaitAsync(stoppingToken).ConfigureAwait(false);
                await TryWriteUses(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    // One at a time, whoever asks for it: while the database is away no number of callers makes more than one attempt.
    private Task<bool> TryRead()
    {
        lock (guard)
        {
            return reading is { IsCompleted: false } ? reading : reading = Task.Run(ReadOnce);
        }

        async Task<bool> ReadOnce()
        {
            try
            {
                await Read(CancellationToken.None).ConfigureAwait(false);
                if (failing) LogReadAgain(logger);
                return !(failing = false);
            }
#pragma warning disable CA1031 // Whatever it was: what is known grows old, and then nobody is let in.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // Once for an outage, not once a second.
                if (!failing) LogNotRead(logger, e, IClientKeys.MaxAge.TotalSeconds);
                failing = true;
                return false;
            }
        }
    }

    private async Task Read(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp(); // Before the read: what it saw is not younger than that.
        var before = last;
        var read = await stored.ReadIfChanged(before.Version, cancellationToken).ConfigureAwait(false);
        last = read is null ? before with { Began = began } : Merged(read, began);
    }

    // The first that ends decides whether there is anything to do. Who read meanwhile knows better.
    private Reading Now()
    {
        var known = last;
        if (known.Ending is not [var first, ..] || time.GetElapsedTime(first.Since) < first.Left) return known;
        var ended = known.Ending.Where(e => time.GetElapsedTime(e.Since) >= e.Left).Select(e => e.Key).ToHashSet();
        var next = new Reading(
            [.. known.Keys.Where(k => !ended.Contains(k.Hash))], known.Plans, known.KeysExist, known.Version, known.Began, [.. known.Ending.Where(e => !ended.Contains(e.Key))]);
        Interlocked.CompareExchange(ref last, next, known);
        return next;
    }

    private Reading Merged(StoredClients read, long began)
    {
        var keys = new List<KnownKey>();
        var plans = read.Plans.Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!, StringComparer.Ordinal);
        foreach (var (client, options) in configured.Value.ByName)
        {
            if (KeyHash.TryParse(options.KeySha256, out var hash)) keys.Add(new(Id: null, client, hash));
            if (options.Plan is { } plan) plans[client] = plan;
        }

        var keysExist = keys.Count > 0 || read.Plans.Count > 0;
        return new([.. read.Keys.Concat(keys).DistinctBy(k => k.Hash)], plans, keysExist, read.Version, began, [.. read.Ending.OrderBy(e => e.Left).Select(e => new Ending(e.Key, began, e.Left))]);
    }

    private bool IsFresh(Reading known) => known.Began is { } began && time.GetElapsedTime(began) <= IClientKeys.MaxAge;

    private async Task TryWriteUses(CancellationToken cancellationToken)
    {
        var written = unwritten.ToArray();
        if (written.Length == 0) return;
        try
        {
            await stored.WriteUsed(written, cancellationToken).ConfigureAwait(false);
            foreach (var use in written) unwritten.TryRemove(use); // Only where nothing newer came meanwhile.
        }
        catch (Exception e) when (e is NpgsqlException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            if (!failing) LogUsesNotWritten(logger, e); // During an outage that is said already.
        }
    }

    /// <summary>What was read last.</summary>
    /// <param name="Began">When that reading began; null before the first.</param>
    /// <param name="Ending">The keys that end by themselves, the first to end first.</param>
    private sealed record Reading(IReadOnlyList<KnownKey> Keys, IReadOnlyDictionary<string, string> Plans, bool KeysExist, long Version, long? Began, IReadOnlyList<Ending> Ending)
    {
        public KnownClients Clients { get; } = new(Keys, Plans, KeysExist);
    }

    /// <summary>How long a key is in force from when it was read, on a clock that nobody sets.</summary>
    private sealed record Ending(KeyHash Key, long Since, TimeSpan Left);
}
