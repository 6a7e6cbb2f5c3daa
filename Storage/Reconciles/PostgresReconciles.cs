using Npgsql;
using VideoGen.Budgets;

namespace VideoGen.Storage.Reconciles;

/// <summary>What operators see and confirm of the doubts in this database.</summary>
public sealed class PostgresReconciles(NpgsqlDataSource database) : IReconciles
{
    private readonly ReconcileTable table = new(database);
    private readonly SweepTable sweeps = new(database);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<Reconcile?> Last(CancellationToken cancellationToken) => (await table.Last(cancellationToken).ConfigureAwait(false))?.Reconcile;

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<AccountSweep>> Sweeps(CancellationToken cancellationToken) => sweeps.Sweeps(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyList<Stranger>> Strangers(int limit, CancellationToken cancellationToken) => sweeps.Strangers(limit, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: it may have ended, and confirming again is safe.</exception>
    public async Task<bool> Confirm(string reason, CancellationToken cancellationToken) =>
        await table.Last(cancellationToken).ConfigureAwait(false) is { Reconcile.Ended: null } open && await table.End(open.Id, byOperator: true, reason, cancellationToken).ConfigureAwait(false);
}
