using Npgsql;
using VideoGen.Budgets;

namespace VideoGen.Storage.Reconciles;

/// <summary>What the sweep of the provider accounts reads and writes, and its turn among the processes of a cluster.</summary>
public sealed class SweepBook(PostgresConnections connections)
{
    private readonly SweepTable table = new(connections.Pool);
    private readonly ReconcileTable reconciles = new(connections.Pool);

    /// <summary>The right to sweep, for one process of all that share the database, until it is disposed or its connection ends.</summary>
    /// <returns>Null while another process has it.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IAsyncDisposable?> TryTakeTurn(CancellationToken cancellationToken) =>
        await LockTurn.TryTake(connections, AdvisoryLocks.OrphanSweep, cancellationToken).ConfigureAwait(false);

    /// <summary>The doubt that is in force; null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<OpenDoubt?> Open(CancellationToken cancellationToken) =>
        await reconciles.Last(cancellationToken).ConfigureAwait(false) is { Reconcile: { Ended: null } open } last ? new(last.Id, open.Since) : null;

    /// <summary>Ends that very doubt.</summary>
    /// <returns>False: it had ended.</returns>
    /// <exception cref="NpgsqlException">The database did not answer: the next sweep ends it.</exception>
    public Task<bool> Settle(OpenDoubt doubt, string reason, CancellationToken cancellationToken) => reconciles.End(doubt.Id, byOperator: false, reason, cancellationToken);

    /// <summary>Those of these jobs that nobody has claimed, or whose handing over began and has not ended.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<string>> Unclaimed(string account, IReadOnlyList<string> jobIds, CancellationToken cancellationToken) => table.Unclaimed(account, jobIds, cancellationToken);

    /// <summary>A job is about to be handed to its request: until that has ended, however this process does, each sweep hands it over again.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task BeginAdoption(string account, string jobId, CancellationToken cancellationToken) => table.BeginAdoption(account, jobId, cancellationToken);

    /// <summary>Its request has said what it is to it.</summary>
    /// <exception cref="NpgsqlException">The database did not answer: the next sweep hands it over again, which changes nothing.</exception>
    public Task EndAdoption(string account, string jobId, CancellationToken cancellationToken) => table.EndAdoption(account, jobId, cancellationToken);

    /// <summary>Writes down the strangers that a sweep saw.</summary>
    /// <returns>Those that none saw before.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<string>> Note(
        string account, IReadOnlyList<(string JobId, string? Mark, bool Ours, DateTimeOffset? CreatedAt)> seen, DateTimeOffset at, CancellationToken cancellationToken) =>
        table.Note(account, seen, at, cancellationToken);

    /// <summary>Writes down how an account's sweep went.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task Write(AccountSweep sweep, CancellationToken cancellationToken) => table.Write(sweep, cancellationToken);

    /// <summary>Forgets the sweeps of all other accounts.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task KeepOnly(IReadOnlyList<string> accounts, CancellationToken cancellationToken) => table.KeepOnly(accounts, cancellationToken);

    /// <summary>Accounts besides these that were paid in the last two days.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<string>> PaidElsewhere(IReadOnlyList<string> configured, CancellationToken cancellationToken) => table.PaidElsewhere(configured, cancellationToken);

    /// <summary>Jobs that the database does not know.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<Stranger>> Strangers(int limit, CancellationToken cancellationToken) => table.Strangers(limit, cancellationToken);
}

/// <summary>A doubt that is in force.</summary>
/// <param name="Id">Its own.</param>
/// <param name="Since">When it began, on the database's clock.</param>
public sealed record OpenDoubt(long Id, DateTimeOffset Since);
