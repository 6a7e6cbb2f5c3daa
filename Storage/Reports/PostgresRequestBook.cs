using Npgsql;
using NpgsqlTypes;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>Counts from the views over the documents, and from the payments that this process and others prevented.</summary>
/// <param name="database">The database.</param>
/// <param name="prevented">This process's own counts; null where it has no grains, and so counts nothing.</param>
public sealed class PostgresRequestBook(NpgsqlDataSource database, PostgresPreventedPayments? prevented = null) : IRequestBook
{
    private const string DeadLettered = "dead_lettered"; // As documents spell that ending.

    /// <inheritdoc/>
    /// <remarks>This process's own counts are written first, so a caller sees what it just did; another host's may lag by a second.</remarks>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<VideoStats> Stats(string? client, CancellationToken cancellationToken)
    {
        if (prevented is not null) await prevented.Flush(cancellationToken).ConfigureAwait(false);

        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new(
                "select status, ending, count(*) from videogen.videos where $1::text is null or client = $1 group by status, ending")
            {
                Parameters = { Of(client) },
            });
            batch.BatchCommands.Add(new("select coalesce(sum(count) filter (where kind <> 'blocked_run'), 0)::bigint, coalesce(sum(usd), 0) from videogen.prevented where $1::text is null or client = $1")
            {
                Parameters = { Of(client) },
            });
            var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                var (byStatus, deadLettered) = await Videos(rows, cancellationToken).ConfigureAwait(false);
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
                await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new(byStatus.Values.Sum(), byStatus, rows.GetInt64(0), rows.GetDecimal(1), deadLettered);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<VideoId>> List(string client, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken)
    {
        // Two videos of one millisecond have an order, too: a page never repeats or leaves out one.
        var (beyond, order) = oldestFirst ? (">", "asc") : ("<", "desc");
        var command = database.CreateCommand(
            $"""
            select v.request_key, v.round
            from videogen.videos v
            where v.client = $1
              and not v.deleted
              and ($2 is null or (v.created_at, v.request_key, v.round) {beyond} (
                select a.created_at, a.request_key, a.round from videogen.videos a where a.request_key = $2 and a.round = $3 and a.client = $1))
            order by v.created_at {order}, v.request_key {order}, v.round {order}
            limit $4
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = client });
            command.Parameters.Add(new() { Value = (object?)after?.RequestKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = after?.Round ?? 0 });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                var ids = new List<VideoId>();
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) ids.Add(new(rows.GetString(0), rows.GetInt32(1)));
                return ids;
            }
        }
    }

    private static NpgsqlParameter Of(string? client) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = client ?? (object)DBNull.Value };

    private static async Task<(SortedDictionary<string, long> ByStatus, long DeadLettered)> Videos(
        NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        // Every public word is there, with 0 too: a reader need not know them all. A word that we do not know is not hidden.
        var byStatus = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var status in Enum.GetValues<VideoStatus>()) byStatus[status.ToWire()] = 0;

        long deadLettered = 0;
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var status = rows.GetString(0);
            var videos = rows.GetInt64(2);
            byStatus[status] = byStatus.GetValueOrDefault(status) + videos;
            if (!await rows.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) && rows.GetString(1) == DeadLettered) deadLettered += videos;
        }

        return (byStatus, deadLettered);
    }
}
