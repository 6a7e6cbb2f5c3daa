using Npgsql;

namespace VideoGen.Storage;

/// <summary>An advisory lock on a connection of its own, until it is disposed or the connection ends.</summary>
internal sealed class LockTurn : IAsyncDisposable
{
    private readonly NpgsqlConnection held;

    private LockTurn(NpgsqlConnection held) => this.held = held;

    /// <returns>Null while another process has it.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<LockTurn?> TryTake(PostgresConnections connections, int number, CancellationToken cancellationToken)
    {
        var connection = await connections.OpenOwn(cancellationToken).ConfigureAwait(false);
        var taken = false;
        try
        {
            var command = new NpgsqlCommand($"select pg_try_advisory_lock({AdvisoryLocks.Space}, {number})", connection);
            await using (command.ConfigureAwait(false))
            {
                taken = (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            }

            return taken ? new(connection) : null;
        }
        finally
        {
            if (!taken) await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The connection is in no pool: closing it ends the session, and the session's end frees the lock.
    public ValueTask DisposeAsync() => held.DisposeAsync();
}
