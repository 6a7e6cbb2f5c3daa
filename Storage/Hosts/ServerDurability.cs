using Microsoft.Extensions.Logging;
using Npgsql;

namespace VideoGen.Storage.Hosts;

/// <summary>
/// Whether what the database answers as written is written. A submit is paid because its intent is on disk: a server that answers earlier
/// makes an intent that a power cut takes away, and the same video is paid again.
/// </summary>
public static partial class ServerDurability
{
    private const string Settings =
        """
        select s.setting, s.source, current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names') <> '',
          (select count(*) from pg_stat_replication r where r.sync_state = 'async')::integer
        from pg_settings s where s.name = 'synchronous_commit'
        """;

    /// <summary>Refuses a server that does not wait for its disk, and warns of what a crash of its machine, or a promotion, may lose.</summary>
    /// <param name="database">The pool: what is looked at is what its sessions get from the server, the database, the role and the connection string.</param>
    /// <param name="logger">Where it warns.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException"><c>synchronous_commit</c> is off; the message is for a person.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task Check(NpgsqlDataSource database, ILogger logger, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(Settings);
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
                var (commit, source, waitsForStandbys, standbys) = (rows.GetString(0), rows.GetString(1), rows.GetBoolean(4), rows.GetInt32(5));
                if (commit == "off")
                {
                    throw new InvalidOperationException(
                        $"PostgreSQL answers before what it was given is on disk (synchronous_commit is off, set in: {PlaceOf(source)}), so a power cut could make a video be paid twice: set it to on.");
                }

                foreach (var setting in (string[])[rows.GetString(2) == "on" ? "" : "fsync", rows.GetString(3) == "on" ? "" : "full_page_writes"])
                {
                    if (setting.Length > 0) LogNotDurable(logger, setting);
                }

                if (standbys > 0) LogAsynchronous(logger, standbys);
                else if (waitsForStandbys && commit == "local") LogLocal(logger);
            }
        }
    }

    // The words of pg_settings.source.
    private static string PlaceOf(string source) => source switch
    {
        "database" => "the database, by alter database",
        "user" => "the role, by alter role",
        "database user" => "the role in this database, by alter role",
        "client" => $"the connection string, ConnectionStrings:{ConfiguredDatabase.Name}",
        _ => $"the server, {source}",
    };

    [LoggerMessage(1, LogLevel.Warning, "PostgreSQL runs with {Setting}=off: when its machine crashes, the database may be damaged or forget what was paid. Set it to on")]
    private static partial void LogNotDurable(ILogger logger, string setting);

    [LoggerMessage(2, LogLevel.Warning,
        "{Count} standbys of the database replicate asynchronously: one that is promoted may lack the last payments. Nothing is paid then until the orphan sweep or the operator has confirmed; synchronous_standby_names avoids it")]
    private static partial void LogAsynchronous(ILogger logger, int count);

    [LoggerMessage(3, LogLevel.Warning, "The database has synchronous standbys, and synchronous_commit=local does not wait for them: one that is promoted may lack the last payments")]
    private static partial void LogLocal(ILogger logger);
}
