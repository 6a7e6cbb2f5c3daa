using Npgsql;

namespace VideoGen.Storage.Reports;

/// <summary>Looks in our own database for what must not be there: two jobs of one request within 24 hours that are not proven free.</summary>
public static class PostgresDuplicates
{
    /// <summary>The pairs, the oldest first; at most 1,000. A second payment that an operator accepted is not among them.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<IReadOnlyList<DuplicateJobs>> Find(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        // A job that nobody waits for says itself what it cost. One whose round is at a later attempt was proven free before that began.
        // Else it is its round's, and free where that ended so.
        await database.Rows(
            """
            with paid as (
              select j.request_key, j.account, j.job_id, j.round, j.claimed_at
              from videogen.jobs j
              left join videogen.grain_state s on s.state_name = 'videorequest' and s.grain_key = j.request_key
              left join lateral (
                select o.document ->> 'charged' as charged, true as is_orphan
                from jsonb_array_elements(case jsonb_typeof(s.state -> 'orphans') when 'array' then s.state -> 'orphans' else '[]'::jsonb end) as o (document)
                where o.document ->> 'jobId' = j.job_id and o.document ->> 'account' = j.account
                limit 1
              ) orphan on true
              left join lateral (
                select r.document #>> '{charge,charged}' as charged,
                  coalesce((r.document ->> 'doublePayment')::boolean, (r.document #>> '{ticket,doublePayment}')::boolean, false) as accepted, coalesce(r.document ->> 'attempt', r.document #>> '{course,attempt}')::integer as attempt
                from jsonb_array_elements(case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end) as r (document)
                where (r.document ->> 'round')::integer = j.round
                limit 1
              ) round on true
              where case when orphan.is_orphan then orphan.charged is distinct from 'no'
                else not (coalesce(round.attempt > j.attempt, false) or coalesce(round.charged = 'no', false) or coalesce(round.accepted, false)) end
            ), next as (
              select p.*, lag(p.job_id) over same as earlier, lag(p.claimed_at) over same as earlier_at
              from paid p
              window same as (partition by p.request_key order by p.claimed_at, p.account, p.job_id)
            )
            select request_key, earlier, job_id, earlier_at, claimed_at from next where claimed_at - earlier_at < interval '24 hours' order by claimed_at limit 1000
            """,
            [],
            row => new DuplicateJobs(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken).ConfigureAwait(false);
}

/// <summary>Two jobs of one request.</summary>
/// <param name="RequestKey">The request.</param>
/// <param name="Earlier">The provider's id of the first.</param>
/// <param name="Later">That of the second.</param>
/// <param name="EarlierAt">When we learnt of the first.</param>
/// <param name="LaterAt">When we learnt of the second.</param>
public sealed record DuplicateJobs(string RequestKey, string Earlier, string Later, DateTimeOffset EarlierAt, DateTimeOffset LaterAt);
