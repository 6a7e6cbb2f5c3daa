using Npgsql;
using NpgsqlTypes;
using VideoGen.Reports;

namespace VideoGen.Storage.Reports;

/// <summary>Counts over what is owed, over dead letters, and over the newest rounds of requests, each by its own index.</summary>
public sealed class PostgresOverviewBook(NpgsqlDataSource database) : IOverviewBook
{
    /// <summary>A round that ends is seldom older: what takes longer waits for a person, and is counted there.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<OverviewCounts> Counts(DateTimeOffset today, DateTimeOffset lately, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new(
                """
                select count(*) filter (where r.document ->> 'state' in ('admitting', 'queued')),
                  count(*) filter (where r.document ->> 'state' in ('submitting', 'unresolved', 'running')),
                  count(*) filter (where r.document ->> 'state' = 'saving'),
                  (select count(*) from videogen.dead_letters)
                from videogen.grain_state s
                cross join lateral jsonb_array_elements(case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end) as r (document)
                where s.wake_at is not null and s.state_name = 'videorequest' and r.document -> 'ticket' is not null
                """));
            batch.BatchCommands.Add(new(
                """
                with ended as materialized (
                  select r.document #>> '{outcome,ending}' as ending, videogen.whole(r.document -> 'since') as at, videogen.asked_at(r.document, s.created_at) as asked,
                    videogen.whole(r.document #> '{stages,2}') as sent, videogen.whole(r.document #> '{stages,4}') as finished
                  from videogen.grain_state s
                  cross join lateral jsonb_array_elements(case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end) as r (document)
                  where s.state_name = 'videorequest' and s.owner is not null and videogen.asked_at(s.state #> '{rounds,-1}', s.created_at) >= $3
                    and r.document ->> 'status' is not null and videogen.whole(r.document -> 'since') >= least($1, $2) and r.document #>> '{outcome,ending}' is not null
                )
                select ending, count(*) filter (where at >= $1), count(*) filter (where at >= $2),
                  avg(sent) filter (where ending = 'completed' and at >= $2 and finished >= sent),
                  avg(finished - sent) filter (where ending = 'completed' and at >= $2 and finished >= sent),
                  avg(at - asked - finished) filter (where ending = 'completed' and at >= $2 and finished >= sent),
                  avg(at - asked) filter (where ending = 'completed' and at >= $2 and finished >= sent)
                from ended group by ending
                """)
            {
                Parameters = { Moment(today), Moment(lately), Moment((today < lately ? today : lately) - LongestLife) },
            });
            var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
                var (waiting, running, saving, dead) = (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
                var (byToday, byLately, seconds) = (new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal), new StageSeconds(null, null, null, null));
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    (byToday[rows.GetString(0)], byLately[rows.GetString(0)]) = (rows.GetInt64(1), rows.GetInt64(2));
                    if (!rows.IsDBNull(6)) seconds = new(SecondsIn(rows, 3), SecondsIn(rows, 4), SecondsIn(rows, 5), SecondsIn(rows, 6));
                }

                return new(waiting, running, saving, dead, Ended(byToday), Ended(byLately), seconds);
            }
        }
    }

    private static EndedCounts Ended(Dictionary<string, long> counts) => new(
        counts.GetValueOrDefault("completed"), counts.GetValueOrDefault("failed"), counts.GetValueOrDefault("rejected"), counts.GetValueOrDefault("cancelled"), counts.GetValueOrDefault("dead_lettered"));

    private static double SecondsIn(NpgsqlDataReader row, int column) => Math.Round((double)(row.GetDecimal(column) / 1000), 1);

    private static NpgsqlParameter Moment(DateTimeOffset at) => new() { Value = at.ToUnixTimeMilliseconds(), NpgsqlDbType = NpgsqlDbType.Bigint };
}
