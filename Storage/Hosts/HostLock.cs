using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace VideoGen.Storage.Hosts;

/// <summary>
/// The right to run on a database, as an advisory lock on a connection of its own. It keeps a second embedded process, or a
/// process that was left behind, from answering out of its memory. It is a convenience: what decides about money is
/// compare-and-set in the database, with or without this lock.
/// </summary>
public sealed partial class HostLock : IAsyncDisposable
{
    private readonly PostgresConnections connections;
    private readonly HostClaim claim;
    private readonly HostLockOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly ITimer deadline;
    private readonly Task watching;
    private HostSession? session;

    private HostLock(PostgresConnections connections, HostClaim claim, HostLockOptions options, TimeProvider time, ILogger logger, HostSession session)
    {
        this.connections = connections;
        this.claim = claim;
        this.options = options;
        this.time = time;
        this.logger = logger;
        this.session = session;
        deadline = time.CreateTimer(_ => DeclareLost(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        watching = Watch();
    }

    /// <summary>Cancelled, once, when the lock was lost and not regained in time: take no new work and exit non-zero.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes the lock, waiting for it up to <see cref="HostLockOptions.StartPatience"/>.</summary>
    /// <exception cref="HostLockException">Another process has it, or a proxy makes it meaningless; the message is for a person.</exception>
    /// <exception cref="NpgsqlException">The database refuses us, or did not answer in all that time.</exception>
    public static async Task<HostLock> Take(
        PostgresConnections connections, HostClaim claim, HostLockOptions options, TimeProvider time, ILogger<HostLock> logger,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        HostSession? opened = null;
        try
        {
            while (true)
            {
                var lastTry = time.GetElapsedTime(began) >= options.StartPatience;
                try
                {
                    opened ??= await HostSession.Open(connections, cancellationToken).ConfigureAwait(false);
                    if (await opened.TryTake(claim, first: true, cancellationToken).ConfigureAwait(false))
                    {
                        var held = new HostLock(connections, claim, options, time, logger, opened);
                        opened = null; // Now the lock's own.
                        return held;
                    }

                    if (lastTry) throw await Refusal(opened, claim, cancellationToken).ConfigureAwait(false);
                }
                catch (NpgsqlException e) when (e.IsTransient && !lastTry)
                {
                    LogNotReached(logger, e);
                    await Close(opened).ConfigureAwait(false);
                    opened = null;
                }

                await Task.Delay(options.ProbeEvery, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await Close(opened).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back. <see cref="Lost"/> is not cancelled by that.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        await deadline.DisposeAsync().ConfigureAwait(false);
        await Close(session).ConfigureAwait(false);
        stopped.Dispose();
        lost.Dispose();
    }

    private async Task Watch()
    {
        try
        {
            while (!lost.IsCancellationRequested)
            {
                await Task.Delay(options.ProbeEvery, time, stopped.Token).ConfigureAwait(false);
                await Prove().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    // The clock of a loss runs from the beginning of the first probe that is not answered, also while one hangs. It does not run
    // between probes: a process that was frozen for a minute, with its session alive, has lost nothing.
    private async Task Prove()
    {
        if (session is not null) deadline.Change(options.LostAfter, Timeout.InfiniteTimeSpan);
        using var timeout = new CancellationTokenSource(options.ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopped.Token);
        try
        {
            if (session is null)
            {
                if (!await Regain(either.Token).ConfigureAwait(false)) return;
                LogRegained(logger);
            }
            else
            {
                await session.Probe(either.Token).ConfigureAwait(false);
            }

            deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        catch (Exception e) when (!stopped.IsCancellationRequested)
        {
            // Whatever it was: the lock is not proven, and the deadline runs.
            if (session is not null) LogShaken(logger, e, options.LostAfter.TotalSeconds);
            await Close(session).ConfigureAwait(false);
            session = null;
        }
    }

    private async Task<bool> Regain(CancellationToken cancellationToken)
    {
        var fresh = await HostSession.Open(connections, cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await fresh.TryTake(claim, first: false, cancellationToken).ConfigureAwait(false)) return false;
            session = fresh;
            return true;
        }
        finally
        {
            if (session != fresh) await fresh.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void DeclareLost()
    {
        LogLost(logger, options.LostAfter.TotalSeconds);
        lost.Cancel();
    }

    private static async Task<HostLockException> Refusal(HostSession session, HostClaim claim, CancellationToken cancellationToken)
    {
        if (claim is HostClaim.Silo silo && await session.HolderInAnotherCluster(silo, cancellationToken).ConfigureAwait(false) is { } stranger)
        {
            return new(string.Create(CultureInfo.InvariantCulture,
                $"Silos of another cluster run on this database: {stranger}. This one has Cluster:ClusterId '{silo.ClusterId}' and Cluster:ServiceId '{silo.ServiceId}'. ") +
                "A database serves one cluster at a time: give all its silos the same two, stop those others first, or give this silo a database of its own.");
        }

        var holder = await session.Holder(cancellationToken).ConfigureAwait(false) ?? "one that has just ended";
        var other = claim is HostClaim.Alone ? "Another process" : "A process that has to be alone";
        return new(string.Create(CultureInfo.InvariantCulture,
            $"{other} runs on this database: {holder}. Stop it and start again, or give this process a database of its own."));
    }

    private static async ValueTask Close(HostSession? session)
    {
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
