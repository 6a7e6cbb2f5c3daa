using Npgsql;
using VideoGen.Grains.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.States;

namespace VideoGen.Silo.Requests;

/// <summary>
/// Wakes what is owed, whatever became of its timer and its reminder: all of it once at start, then every 15 s what is over 30 s late.
/// One process of a cluster at a time. A wake of a request that is already at work does nothing.
/// </summary>
internal sealed partial class Sweeper(WakeBook book, IGrainFactory grains, TimeProvider time, VideoGenTelemetry telemetry, ILogger<Sweeper> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15), Grace = TimeSpan.FromSeconds(30);

    /// <summary>Refused requests are forgotten after this; longer than any reservation or release of theirs can be on its way.</summary>
    public static readonly TimeSpan RefusedKeptFor = TimeSpan.FromDays(2);

    /// <summary>What grains that are only kept for a while are kept for, from their last write: a day longer than they count.</summary>
    public static readonly IReadOnlyList<(string StateName, TimeSpan KeptFor)> Passing =
    [
        (GrainNames.AgentRun, AgentRunOptions.Window + TimeSpan.FromDays(1)),
        (GrainNames.Idempotency, IIdempotencyGrain.KeptFor + TimeSpan.FromDays(1)),
    ];

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private const int BatchSize = 500, WakesAtOnce = 32;
    private DateTimeOffset forgotAt = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Sweep(long.MaxValue, stoppingToken).ConfigureAwait(false);
        using var ticks = new PeriodicTimer(Every, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Sweep((time.GetUtcNow() - Grace).ToUnixTimeMilliseconds(), stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>At once, of all that is due now.</summary>
    /// <returns>What it found; null where another is at it, or the database did not answer.</returns>
    public Task<RequestSweep?> Now(CancellationToken stoppingToken) => Sweep(time.GetUtcNow().ToUnixTimeMilliseconds(), stoppingToken);

    private async Task<RequestSweep?> Sweep(long before, CancellationToken stoppingToken)
    {
        try
        {
            if (await book.TryTakeTurn(stoppingToken).ConfigureAwait(false) is not { } turn) return null;
            await using (turn.ConfigureAwait(false))
            {
                var woken = await WakeAll(before, stoppingToken).ConfigureAwait(false);
                if (woken > 0) LogWoke(woken);
                var (requests, earliest) = await book.Backlog(stoppingToken).ConfigureAwait(false);
                var late = time.GetUtcNow().ToUnixTimeMilliseconds() - earliest ?? 0;
                telemetry.Owed(requests, TimeSpan.FromMilliseconds(Math.Max(late, 0)));
                await book.SweepRefused((time.GetUtcNow() - RefusedKeptFor).ToUnixTimeMilliseconds(), stoppingToken).ConfigureAwait(false);
                await Forget(stoppingToken).ConfigureAwait(false);
                return new(woken, requests);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sweeps first thing.
        }
        catch (NpgsqlException e)
        {
            LogSweepFailed(e);
        }

        return null;
    }

    private async Task Forget(CancellationToken stoppingToken)
    {
        if (time.GetUtcNow() < forgotAt + ForgetEvery) return;
        foreach (var (stateName, keptFor) in Passing) await book.SweepUnwritten(stateName, keptFor, stoppingToken).ConfigureAwait(false);
        forgotAt = time.GetUtcNow();
    }

    private async Task<int> WakeAll(long before, CancellationToken stoppingToken)
    {
        var woken = 0;
        string? after = null;
        while (true)
        {
            var owed = await book.Owed(before, after, BatchSize, stoppingToken).ConfigureAwait(false);
            await Parallel.ForEachAsync(
                owed.Where(o => o.StateName == GrainNames.VideoRequest),
                new ParallelOptions { MaxDegreeOfParallelism = WakesAtOnce, CancellationToken = stoppingToken },
                async (o, _) =>
                {
                    if (await Wake(o.GrainKey).ConfigureAwait(false)) Interlocked.Increment(ref woken);
                }).ConfigureAwait(false);
            if (owed.Count < BatchSize) return woken;
            after = owed[^1].GrainKey;
        }
    }

    private async Task<bool> Wake(string key)
    {
        try
        {
            await grains.GetGrain<IVideoRequestGrain>(key).Wake().ConfigureAwait(false);
            telemetry.Swept(woken: true);
            return true;
        }
#pragma warning disable CA1031 // One request that cannot be woken (a document of a newer program) must not keep the others asleep.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogWakeFailed(key, e);
            telemetry.Swept(woken: false);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The sweep woke {Count} requests")]
    private partial void LogWoke(int count);

    [LoggerMessage(2, LogLevel.Error, "Request {Key} could not be woken; the next sweep tries again")]
    private partial void LogWakeFailed(string key, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The sweep could not read what is owed; the next one tries again")]
    private partial void LogSweepFailed(Exception exception);
}
