using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Storage.DatabaseRows;

namespace VideoGen.Storage.Reports;

/// <summary>Live rounds from the documents, and their money from the ledger's rows.</summary>
public sealed class PostgresLiveBook(NpgsqlDataSource database) : ILiveBook
{
    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<LiveRound>> Live(LiveQuery query, CancellationToken cancellationToken) =>
        // Whatever lives is owed something, so the small index of what is owed leads to all of it. Only a live round has a ticket of its own.
        await database.Rows(
            """
            select s.grain_key, (r.document ->> 'round')::integer, s.owner
            from videogen.grain_state s
            cross join lateral jsonb_array_elements(case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end) as r (document)
            where s.wake_at is not null
              and s.state_name = 'videorequest'
              and ($1::text is null or split_part(s.owner, '/', 1) = $1)
              and ($2::text is null or s.owner = $1 || '/' || $2)
              and r.document -> 'ticket' is not null
              and ($3::text is null or r.document #>> '{ticket,account}' = $3)
              and ($4::text is null or r.document #>> '{ticket,run}' = $4)
            order by s.created_at, s.grain_key, 2
            limit $5
            """,
            [Text(query.Client), Text(query.User), Text(query.Account), Text(query.Run), new NpgsqlParameter<int> { TypedValue = query.Limit }],
            row => new LiveRound(new(row.GetString(0), row.GetInt32(1)), Owner.Parse(row.GetString(2))),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyDictionary<VideoId, HeldMoney>> Money(IReadOnlyCollection<VideoId> ids, CancellationToken cancellationToken) =>
        (await database.Rows(
            """
            select f.request_key, f.round,
              coalesce(sum(f.usd) filter (where f.state = 'reserved'), 0),
              coalesce(sum(f.usd) filter (where f.state = 'spent'), 0),
              coalesce(sum(greatest(f.reserved_usd - f.usd, 0)) filter (where f.state in ('released', 'spent')), 0),
              coalesce(sum(f.usd) filter (where f.state = 'at_risk'), 0)
            from unnest($1, $2) as wanted (request_key, round)
            join videogen.funds f on f.request_key = wanted.request_key and f.round = wanted.round
            group by f.request_key, f.round
            """,
            [
                new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = ids.Select(id => id.RequestKey).ToArray() },
                new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, Value = ids.Select(id => id.Round).ToArray() },
            ],
            row => (Id: new VideoId(row.GetString(0), row.GetInt32(1)), Money: new HeldMoney(row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5))),
            cancellationToken).ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.Money);
}
