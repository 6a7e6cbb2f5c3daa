using Npgsql;

namespace VideoGen.Storage.States;

/// <summary>What is owed and when: documents with a <c>wakeAt</c>. For the one sweeper of a cluster, and for reminders at start.</summary>
public sealed class WakeBook(PostgresConnections connections)
{
    private const int SweepBatch = 1_000;

    /// <summary>Documents whose <c>wakeAt</c> is before a time, by key.</summary>
    /// <param name="beforeEpochMs">Milliseconds since 1970. <see cref="long.MaxValue"/>: all that owe anything.</param>
    /// <param name="afterKey">The last key of the page before; null for the first page. Keys of two grains never are equal.</param>
    /// <param name="limit">The most documents to answer; fewer mean that there are no more.</param>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<OwedWake>> Owed(long beforeEpochMs, string? afterKey, int limit, CancellationToken cancellationToken) =>
        await connections.Pool.Rows(
            OwedQuery,
            [new NpgsqlParameter<long> { TypedValue = beforeEpochMs }, new NpgsqlParameter<string> { TypedValue = afterKey ?? "" }, new NpgsqlParameter<int> { TypedValue = limit }],
            row => new OwedWake(row.GetString(0), row.GetString(1)),
            cancellationToken).ConfigureAwait(false);

    /// <summary>How many documents owe something, and the earliest of their <c>wakeAt</c>, milliseconds since 1970; null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<(long Documents, long? EarliestEpochMs)> Backlog(CancellationToken cancellationToken) =>
        (await connections.Pool.Rows(BacklogQuery, [], row => (row.GetInt64(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1)), cancellationToken).ConfigureAwait(false))[0];

    internal const string BacklogQuery = "select count(*), min(wake_at) from videogen.grain_state where wake_at is not null";

    internal const string OwedQuery =
        """
        select state_name, grain_key
        from videogen.grain_state
        where wake_at < $1 and grain_key > $2 collate "C"
        order by grain_key
        limit $3
        """;

    /// <summary>The right to sweep, for one process of all that share the database, until it is disposed or its connection ends.</summary>
    /// <returns>Null while another process has it.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IAsyncDisposable?> TryTakeTurn(CancellationToken cancellationToken) =>
        await LockTurn.TryTake(connections, AdvisoryLocks.Sweep, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Removes requests that were only ever refused: nothing was accepted, nothing is owed, and the refusal is old enough that
    /// nobody asks for it. At most 1,000 at a time. A grain that still holds one in memory loses its next write and reads anew.
    /// </summary>
    /// <param name="beforeEpochMs">Only those last changed before this, milliseconds since 1970.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<int> SweepRefused(long beforeEpochMs, CancellationToken cancellationToken)
    {
        var command = connections.Pool.CreateCommand(
            """
            delete from videogen.grain_state s
            using (
              select r.state_name, r.grain_key, r.version
              from videogen.grain_state r
              where r.status = 'refused'
                and r.state_name = $1
                and r.wake_at is null
                and (r.state ->> 'updatedAt')::bigint < $2
                -- A round with a public status was accepted once: it is a video, whatever the request's last word is.
                and not exists (select from videogen.videos v where v.request_key = r.grain_key)
              limit $3
            ) old
            -- The version: a request that was asked for again meanwhile stays.
            where s.state_name = old.state_name and s.grain_key = old.grain_key and s.version = old.version
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = GrainNames.VideoRequest });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = beforeEpochMs });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = SweepBatch });
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes documents of grains that are only kept for a while. A grain that still holds one loses its next write and reads anew.</summary>
    /// <param name="stateName">Whose: a name of <see cref="GrainNames"/>.</param>
    /// <param name="unwrittenFor">Only those that were not written for so long.</param>
    /// <returns>How many were removed, at most 1,000.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<int> SweepUnwritten(string stateName, TimeSpan unwrittenFor, CancellationToken cancellationToken)
    {
        var command = connections.Pool.CreateCommand(
            """
            delete from videogen.grain_state s
            using (
              select u.state_name, u.grain_key, u.version
              from videogen.grain_state u
              where u.state_name = $1 and u.last_written < now() - $2
              limit $3
            ) old
            -- The version: one that was written meanwhile stays.
            where s.state_name = old.state_name and s.grain_key = old.grain_key and s.version = old.version
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stateName });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = unwrittenFor });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = SweepBatch });
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A document that owes something: the grain's state name and key.</summary>
public sealed record OwedWake(string StateName, string GrainKey);
