using Npgsql;
using NpgsqlTypes;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>Videos by when they were asked for, page by page.</summary>
internal static class VideoPages
{
    /// <param name="database">The database.</param>
    /// <param name="whose">The column of the view that says whose they are.</param>
    /// <param name="name">What stands there.</param>
    /// <param name="after">The video that the page begins after; null for the first page.</param>
    /// <param name="oldestFirst">False for the newest first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<List<VideoId>> Read(
        NpgsqlDataSource database, string whose, string name, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken)
    {
        // Two videos of one millisecond have an order, too: a page never repeats or leaves out one.
        var (beyond, order) = oldestFirst ? (">", "asc") : ("<", "desc");
        return await database.Rows(
            $"""
            select v.request_key, v.round
            from videogen.videos v
            where v.{whose} = $1
              and not v.deleted
              and ($2 is null or (v.created_at, v.request_key, v.round) {beyond} (
                select a.created_at, a.request_key, a.round from videogen.videos a where a.request_key = $2 and a.round = $3 and a.{whose} = $1))
            order by v.created_at {order}, v.request_key {order}, v.round {order}
            limit $4
            """,
            [
                new() { Value = name },
                new() { Value = (object?)after?.RequestKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = after?.Round ?? 0 },
                new() { Value = limit },
            ],
            row => new VideoId(row.GetString(0), row.GetInt32(1)),
            cancellationToken).ConfigureAwait(false);
    }
}
