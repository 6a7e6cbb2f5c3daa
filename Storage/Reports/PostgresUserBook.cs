using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>One user's requests from the documents; the index of owners leads to them.</summary>
public sealed class PostgresUserBook(NpgsqlDataSource database) : IUserBook
{
    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<VideoId>> List(Owner owner, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken) =>
        await VideoPages.Read(database, "owner", owner.ToString(), after, oldestFirst, limit, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, long>> ByStatus(Owner owner, CancellationToken cancellationToken) =>
        (await database.Rows(
            "select status, count(*) from videogen.videos where owner = $1 group by status",
            [new() { Value = owner.ToString() }],
            row => (Status: row.GetString(0), Videos: row.GetInt64(1)),
            cancellationToken).ConfigureAwait(false)).ToDictionary(row => row.Status, row => row.Videos, StringComparer.Ordinal);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<WordedRequest>> WithWords(Owner owner, int limit, CancellationToken cancellationToken) =>
        await database.Rows(
            """
            select grain_key, state -> 'erasedAt' is not null
            from videogen.grain_state
            where owner = $1
              and state_name = 'videorequest'
              and (state ->> 'prompt' <> '' or jsonb_path_exists(state, '$.rounds[*].removal ? (@ != null)'))
            order by created_at, grain_key
            limit $2
            """,
            [new() { Value = owner.ToString() }, new() { Value = limit, NpgsqlDbType = NpgsqlDbType.Integer }],
            row => new WordedRequest(row.GetString(0), row.GetBoolean(1)),
            cancellationToken).ConfigureAwait(false);
}
