using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Storage.DatabaseRows;

namespace VideoGen.Storage.Reports;

/// <summary>Dead letters from the view over the documents, and the history of one request from its document, its jobs and its money.</summary>
public sealed class PostgresDeadLetterBook(NpgsqlDataSource database) : IDeadLetterBook
{
    /// <summary>A request has at most 200 rounds, and few have more than one: more jobs or lines than this are not shown.</summary>
    private const int MaxLines = 1_000;

    private static readonly Dictionary<Charged, string> Words = new() { [Charged.Yes] = "yes", [Charged.No] = "no", [Charged.Unknown] = "unknown" };

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<DeadLetter>> List(DeadLetterQuery query, CancellationToken cancellationToken) =>
        await database.Rows(
            """
            select request_key, round, client, user_name, since, stopped_at, charged, evidence, failure_kind, failure_detail, model, provider, price_usd, job_id, attempt
            from videogen.dead_letters
            where ($1::text is null or client = $1)
              and ($2::text is null or user_name = $2)
              and ($3::text is null or charged = $3)
              and ($4::text is null or stopped_at = $4)
              and ($5::bigint is null or since < $5 or (since = $5 and (request_key, round) < ($6, $7)))
            order by since desc, request_key desc, round desc
            limit $8
            """,
            [
                Text(query.Client),
                Text(query.User),
                Text(query.Charged is { } charged ? Words[charged] : null),
                Text(query.StoppedAt),
                new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)query.Before?.Since.ToUnixTimeMilliseconds() ?? DBNull.Value },
                Text(query.Before?.Id?.RequestKey ?? ""),
                new NpgsqlParameter<int> { TypedValue = query.Before?.Id?.Round ?? 0 },
                new NpgsqlParameter<int> { TypedValue = query.Limit },
            ],
            LetterIn,
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<RequestHistory?> History(string requestKey, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new("select state::text from videogen.grain_state where state_name = 'videorequest' and grain_key = $1") { Parameters = { Text(requestKey) } });
            batch.BatchCommands.Add(new("select account, job_id, round, attempt, claimed_at from videogen.jobs where request_key = $1 order by claimed_at, job_id limit $2")
            {
                Parameters = { Text(requestKey), new NpgsqlParameter<int> { TypedValue = MaxLines } },
            });
            batch.BatchCommands.Add(new("select round, nullif(job_id, ''), state, usd, reserved_usd from videogen.funds where request_key = $1 order by round, job_id limit $2")
            {
                Parameters = { Text(requestKey), new NpgsqlParameter<int> { TypedValue = MaxLines } },
            });
            var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                if (!await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
                var document = rows.GetString(0);
                var jobs = await Lines(rows, row => new RecordedJob(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetFieldValue<DateTimeOffset>(4)), cancellationToken).ConfigureAwait(false);
                var money = await Lines(rows, row => new RecordedMoney(row.GetInt32(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), row.GetDecimal(3), row.GetDecimal(4)), cancellationToken).ConfigureAwait(false);
                return HistoryInDocument.Read(requestKey, document) is { } history ? history with { Jobs = jobs, Money = money } : null;
            }
        }
    }

    private static async Task<IReadOnlyList<T>> Lines<T>(NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var lines = new List<T>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) lines.Add(read(rows));
        return lines;
    }

    private static DeadLetter LetterIn(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetInt32(1)),
        new(row.GetString(2), row.GetString(3)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
        Or(row, 5, ""),
        HistoryInDocument.ChargedOf(Or(row, 6, "")),
        HistoryInDocument.Capped(Or(row, 7, "")),
        new(Or(row, 8, ""), HistoryInDocument.Capped(Or(row, 9, ""))),
        Or(row, 10, ""),
        Or(row, 11, ""),
        row.IsDBNull(12) ? 0 : row.GetDecimal(12),
        row.IsDBNull(13) ? null : HistoryInDocument.Capped(row.GetString(13)),
        row.IsDBNull(14) ? 1 : row.GetInt32(14));

    private static string Or(NpgsqlDataReader row, int column, string otherwise) => row.IsDBNull(column) ? otherwise : row.GetString(column);
}
