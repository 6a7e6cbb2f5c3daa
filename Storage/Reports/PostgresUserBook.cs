using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>One user's requests from the documents; the index of owners leads to them.</summary>
public sealed class PostgresUserBook(NpgsqlDataSource database) : IUserBook
{
    private const string OfWords = """
        from videogen.grain_state
        where owner = $1
          and state_name = 'videorequest'
          and (state ->> 'prompt' <> '' or jsonb_path_exists(state, '$.rounds[*].removal ? (@ != null)'))
        """;

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
    public async Task<IReadOnlyList<string>> WithWords(Owner owner, int limit, CancellationToken cancellationToken) =>
        await database.Rows(
            $"select grain_key {OfWords} order by (state -> 'erasedAt') is not null, created_at, grain_key limit $2",
            [new() { Value = owner.ToString() }, new() { Value = limit, NpgsqlDbType = NpgsqlDbType.Integer }],
            row => row.GetString(0),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<long> BeingErased(Owner owner, CancellationToken cancellationToken) =>
        (await database.Rows($"select count(*) {OfWords} and state -> 'erasedAt' is not null", [new() { Value = owner.ToString() }], row => row.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];
}
