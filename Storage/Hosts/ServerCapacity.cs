using System.Globalization;
using Npgsql;

namespace VideoGen.Storage.Hosts;

/// <summary>Whether the server takes the connections of all silos. Found out at start: later it would be a refused connection under load.</summary>
public static class ServerCapacity
{
    /// <summary>Asks once, with the host lock held: whoever holds it is counted, this silo too.</summary>
    /// <param name="database">The server.</param>
    /// <param name="perSilo">How many connections each may have; all have the same, we assume.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">They do not fit; the message says what to change.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task Check(NpgsqlDataSource database, int perSilo, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(
            $"""
            select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer,
              (select count(distinct l.pid) from pg_locks l where {AdvisoryLocks.Held(AdvisoryLocks.OfHost)})::integer
            """);
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
                var (room, silos) = (rows.GetInt32(0), rows.GetInt32(1));
                if (silos * perSilo <= room) return;
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"PostgreSQL takes {room} connections, and {silos} silos with Cluster:MaxConnections {perSilo} may want {silos * perSilo}. ") +
                    "Lower Cluster:MaxConnections on all of them, or raise max_connections of the server and restart it.");
            }
        }
    }
}
