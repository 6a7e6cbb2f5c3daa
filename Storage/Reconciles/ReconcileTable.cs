using Npgsql;
using NpgsqlTypes;
using VideoGen.Budgets;

namespace VideoGen.Storage.Reconciles;

/// <summary>The rows of <c>reconciles</c>: when this database was doubted, and how that ended.</summary>
internal sealed class ReconcileTable(NpgsqlDataSource database)
{
    /// <summary>Puts it in force; one that is in force stays.</summary>
    /// <returns>The pause that holds everybody's paid submits.</returns>
    /// <exception cref="NpgsqlException">The database did not answer: ask again.</exception>
    public async Task<Pause> Begin(string reason, CancellationToken cancellationToken)
    {
        var pauses = await database.Rows("select reason, since from videogen.begin_reconcile($1)", [new() { Value = reason }],
            row => new Pause(Scopes.Global, PauseKind.Reconcile, row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), null), cancellationToken).ConfigureAwait(false);
        return pauses.Single();
    }

    /// <summary>The last one; null where there never was any.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<(long Id, Reconcile Reconcile)?> Last(CancellationToken cancellationToken)
    {
        var found = await database.Rows<(long, Reconcile)?>("select id, since, reason, ended_at, ended_by, ended_reason from videogen.reconciles order by id desc limit 1", [],
            row => (row.GetInt64(0), new Reconcile(
                row.GetFieldValue<DateTimeOffset>(1), row.GetString(2),
                row.IsDBNull(3) ? null : new(row.GetFieldValue<DateTimeOffset>(3), row.GetString(4) == ByOperator, row.GetString(5)))), cancellationToken).ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    /// <summary>Ends it.</summary>
    /// <returns>False: it had ended.</returns>
    /// <exception cref="NpgsqlException">The database did not answer: it may have ended, and ending it again is safe.</exception>
    public async Task<bool> End(long id, bool byOperator, string reason, CancellationToken cancellationToken) =>
        (await database.Rows("select videogen.end_reconcile($1, $2, $3)", [new() { Value = id }, new() { Value = byOperator ? ByOperator : BySweep }, new() { Value = reason }], row => row.GetBoolean(0), cancellationToken)
            .ConfigureAwait(false)).Single();

    /// <summary>Whether anybody ever asked for anything here: what was never paid from cannot have forgotten a payment.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<bool> HasRequests(CancellationToken cancellationToken) =>
        (await database.Rows("select exists (select from videogen.grain_state) or exists (select from videogen.submits) or exists (select from videogen.jobs)", [], row => row.GetBoolean(0), cancellationToken)
            .ConfigureAwait(false)).Single();

    /// <summary>Whether a paid submit is on record.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<bool> Knows(string nonce, CancellationToken cancellationToken) =>
        (await database.Rows("select exists (select from videogen.submits where nonce = $1)", [new() { Value = nonce, NpgsqlDbType = NpgsqlDbType.Text }], row => row.GetBoolean(0), cancellationToken)
            .ConfigureAwait(false)).Single();

    /// <summary>
    /// Whether another host has run here for longer than this one, and has looked at the database before. Of hosts that start together the
    /// first one looks for all.
    /// </summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<bool> OlderHostRuns(CancellationToken cancellationToken) => (await database.Rows(
        $"""
        with holders as (
          select a.application_name = current_setting('application_name') as ours, a.backend_start
          from pg_locks l join pg_stat_activity a using (pid)
          where {AdvisoryLocks.Held(AdvisoryLocks.OfHost)})
        select exists (
          select from holders other
          where not other.ours and other.backend_start < coalesce((select min(own.backend_start) from holders own where own.ours), 'infinity'))
        """, [], row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false)).Single();

    private const string ByOperator = "operator", BySweep = "sweep";
}
