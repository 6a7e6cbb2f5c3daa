using Npgsql;
using NpgsqlTypes;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Storage.DatabaseRows;

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
                Parameters = { Text(client) },
            });
            batch.BatchCommands.Add(new("select coalesce(sum(count) filter (where kind <> 'blocked_run'), 0)::bigint, coalesce(sum(usd), 0) from videogen.prevented where $1::text is null or client = $1")
            {
                Parameters = { Text(client) },
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
    public async Task<IReadOnlyList<VideoId>> List(string client, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken) =>
        await VideoPages.Read(database, "client", client, after, oldestFirst, limit, cancellationToken).ConfigureAwait(false);

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
