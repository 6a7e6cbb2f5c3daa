using Npgsql;
using NpgsqlTypes;
using VideoGen.Budgets;

namespace VideoGen.Storage.Reconciles;

/// <summary>The rows of <c>account_sweeps</c> and <c>strangers</c>: what providers have of ours, and what the database knows of that.</summary>
internal sealed class SweepTable(NpgsqlDataSource database)
{
    /// <summary>For so long it is shown that there was a job which nobody here knows.</summary>
    private static readonly TimeSpan StrangersKeptFor = TimeSpan.FromDays(30);

    public async Task<IReadOnlyList<AccountSweep>> Sweeps(CancellationToken cancellationToken) => await database.Rows(
        "select account, tried_at, lists, marked, paid, swept_from, swept_at, found, adopted, trouble, keeps from videogen.account_sweeps order by account", [],
        row => new AccountSweep(
            row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4),
            row.IsDBNull(5) ? null : new(row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6), row.GetInt32(7), row.GetInt32(8)),
            row.IsDBNull(9) ? null : row.GetString(9), row.IsDBNull(10) ? null : row.GetString(10)),
        cancellationToken).ConfigureAwait(false);

    // One that was claimed since it was last seen is none any more.
    public async Task<IReadOnlyList<Stranger>> Strangers(int limit, CancellationToken cancellationToken) => await database.Rows(
        """
        select s.account, s.job_id, s.mark, s.ours, s.created_at, s.first_seen, s.last_seen from videogen.strangers s
        where not exists (select from videogen.jobs j where j.account = s.account and j.job_id = s.job_id)
        order by s.ours desc, s.first_seen desc, s.account, s.job_id limit $1
        """, [new() { Value = limit }],
        row => new Stranger(
            row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
            row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6)),
        cancellationToken).ConfigureAwait(false);

    /// <summary>Those of these jobs that nobody has claimed, or whose handing over began and has not ended.</summary>
    public async Task<IReadOnlyList<string>> Unclaimed(string account, IReadOnlyList<string> jobIds, CancellationToken cancellationToken) => await database.Rows(
        """
        select listed.job_id from unnest($2) as listed (job_id)
        where not exists (select from videogen.jobs j where j.account = $1 and j.job_id = listed.job_id)
          or exists (select from videogen.adoptions a where a.account = $1 and a.job_id = listed.job_id)
        """, [new() { Value = account }, new() { Value = jobIds.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }],
        row => row.GetString(0), cancellationToken).ConfigureAwait(false);

    /// <summary>A job is about to be handed to its request, which claims it before it has it.</summary>
    public Task BeginAdoption(string account, string jobId, CancellationToken cancellationToken) => database.Rows(
        "insert into videogen.adoptions (account, job_id) values ($1, $2) on conflict (account, job_id) do nothing returning 1", [new() { Value = account }, new() { Value = jobId }], row => row.GetInt32(0), cancellationToken);

    /// <summary>Its request has said what it is to it.</summary>
    public Task EndAdoption(string account, string jobId, CancellationToken cancellationToken) => database.Rows(
        "delete from videogen.adoptions where account = $1 and job_id = $2 returning 1", [new() { Value = account }, new() { Value = jobId }], row => row.GetInt32(0), cancellationToken);

    /// <summary>Writes down those that a sweep saw.</summary>
    /// <returns>Those that none saw before.</returns>
    public async Task<IReadOnlyList<string>> Note(string account, IReadOnlyList<(string JobId, string? Mark, bool Ours, DateTimeOffset? CreatedAt)> seen, DateTimeOffset at, CancellationToken cancellationToken) => await database.Rows(
        """
        with gone as (delete from videogen.strangers where last_seen < $6 - $7)
        insert into videogen.strangers as s (account, job_id, mark, ours, created_at, first_seen, last_seen)
        select $1, seen.job_id, seen.mark, seen.ours, seen.created_at, $6, $6 from unnest($2, $3, $4, $5) as seen (job_id, mark, ours, created_at)
        on conflict (account, job_id) do update set last_seen = excluded.last_seen, ours = excluded.ours
        returning s.job_id, s.first_seen = s.last_seen
        """,
        [
            new() { Value = account },
            new() { Value = seen.Select(s => s.JobId).ToArray() },
            new() { Value = seen.Select(s => s.Mark).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = seen.Select(s => s.Ours).ToArray() },
            new() { Value = seen.Select(s => s.CreatedAt?.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new() { Value = at.UtcDateTime },
            new() { Value = StrangersKeptFor },
        ],
        row => (JobId: row.GetString(0), IsNew: row.GetBoolean(1)), cancellationToken).ConfigureAwait(false) is var rows
            ? [.. rows.Where(row => row.IsNew).Select(row => row.JobId)]
            : [];

    /// <summary>Writes down how an account's sweep went. A try that was not whole leaves the last whole one.</summary>
    public Task Write(AccountSweep sweep, CancellationToken cancellationToken) => database.Rows(
        """
        insert into videogen.account_sweeps as a (account, tried_at, lists, marked, paid, swept_from, swept_at, found, adopted, trouble, keeps)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (account) do update set tried_at = excluded.tried_at, lists = excluded.lists, marked = excluded.marked, paid = excluded.paid,
          swept_from = coalesce(excluded.swept_from, a.swept_from), swept_at = coalesce(excluded.swept_at, a.swept_at),
          found = case when excluded.swept_at is null then a.found else excluded.found end, adopted = case when excluded.swept_at is null then a.adopted else excluded.adopted end,
          trouble = excluded.trouble, keeps = excluded.keeps
        returning a.account
        """,
        [
            new() { Value = sweep.Account },
            new() { Value = sweep.TriedAt.UtcDateTime },
            new() { Value = sweep.Lists },
            new() { Value = sweep.Marked },
            new() { Value = sweep.Paid },
            new() { Value = (object?)sweep.Whole?.From.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)sweep.Whole?.At.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = sweep.Whole?.Found ?? 0 },
            new() { Value = sweep.Whole?.Adopted ?? 0 },
            DatabaseRows.Text(sweep.Trouble),
            DatabaseRows.Text(sweep.Keeps),
        ],
        row => row.GetString(0), cancellationToken);

    public async Task<IReadOnlyList<string>> PaidElsewhere(IReadOnlyList<string> configured, CancellationToken cancellationToken) => await database.Rows(
        "select distinct account from videogen.submits where account <> all ($1)", [new() { Value = configured.ToArray() }], row => row.GetString(0), cancellationToken).ConfigureAwait(false);

    /// <summary>Forgets the sweeps of accounts that the configuration no longer has.</summary>
    public Task KeepOnly(IReadOnlyList<string> accounts, CancellationToken cancellationToken) => database.Rows(
        "delete from videogen.account_sweeps where account <> all ($1) returning account", [new() { Value = accounts.ToArray() }], row => row.GetString(0), cancellationToken);
}
