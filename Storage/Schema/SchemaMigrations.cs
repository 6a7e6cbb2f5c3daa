using System.Globalization;
using Npgsql;

namespace VideoGen.Storage.Schema;

/// <summary>
/// Brings the schema <c>videogen</c> up to this code's version, in one transaction under an advisory lock: of hosts that start
/// together one does it and the others find it done; a step that fails leaves nothing behind.
/// </summary>
public static class SchemaMigrations
{
    private const int TimeoutSeconds = 600; // A step over a large table takes its time; a start may.

    /// <summary>Applies what is missing. Does nothing, and needs no right to create anything, where nothing is.</summary>
    /// <exception cref="SchemaException">The database is newer than this code, or was made by files that are not this code's.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached or a step failed; nothing was changed.</exception>
    public static Task Apply(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        Apply(database, SchemaFile.Embedded, cancellationToken);

    internal static async Task Apply(NpgsqlDataSource database, IReadOnlyList<SchemaFile> files, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await Execute(connection, $"select pg_advisory_xact_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Schema})", cancellationToken)
                    .ConfigureAwait(false);
                var applied = await Applied(connection, cancellationToken).ConfigureAwait(false);
                Check(files, applied);
                if (applied.Count == 0) await Found(connection, cancellationToken).ConfigureAwait(false);
                foreach (var file in files.Skip(applied.Count))
                {
                    await Apply(connection, file, cancellationToken).ConfigureAwait(false);
                }

                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes sure, without changing anything, that the schema is the one that this code knows: for a process that leaves it to others to make it.</summary>
    /// <exception cref="SchemaException">It is older or newer, or was made by files that are not this code's.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static Task Verify(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        Verify(database, SchemaFile.Embedded, cancellationToken);

    internal static async Task Verify(NpgsqlDataSource database, IReadOnlyList<SchemaFile> files, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var applied = await Applied(connection, cancellationToken).ConfigureAwait(false);
            Check(files, applied);
            if (applied.Count == files.Count) return;
            throw new SchemaException(string.Create(CultureInfo.InvariantCulture,
                $"The database's schema is at version {(applied.Count == 0 ? 0 : applied[^1].Version)}, and this program needs {files[^1].Version}. " +
                $"It is brought up to date by a host with grains: start one of this version on the same database first."))
            {
                MayPass = true,
            };
        }
    }

    private static async Task<List<AppliedFile>> Applied(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new List<AppliedFile>();
        if (!await Exists(connection, cancellationToken).ConfigureAwait(false)) return applied;

        var command = new NpgsqlCommand("select version, name, checksum from videogen.schema_versions order by version", connection);
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    applied.Add(new(rows.GetInt32(0), rows.GetString(1), rows.GetString(2)));
                }
            }
        }

        return applied;
    }

    private static async Task<bool> Exists(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("select to_regclass('videogen.schema_versions') is not null", connection);
        await using (command.ConfigureAwait(false))
        {
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    // What is there must be the beginning of what we have: same steps, same texts, none that we do not know.
    private static void Check(IReadOnlyList<SchemaFile> files, List<AppliedFile> applied)
    {
        for (var i = 0; i < applied.Count; i++)
        {
            var there = applied[i];
            if (i >= files.Count || there.Version > files[^1].Version)
            {
                throw new SchemaException(string.Create(CultureInfo.InvariantCulture,
                    $"The database's schema is at version {applied[^1].Version}, newer than this program, which knows {files[^1].Version}. " +
                    $"Start the newer program, or restore a backup from before its first start."));
            }

            if (there.Version != files[i].Version || there.Checksum != files[i].Checksum)
            {
                throw new SchemaException(string.Create(CultureInfo.InvariantCulture,
                    $"The database's schema was made with another text of {files[i]} (there: version {there.Version}, {there.Name}). " +
                    $"A released file is never changed: start the program that made this database, or give this one another database."));
            }
        }
    }

    private static Task Found(NpgsqlConnection connection, CancellationToken cancellationToken) => Execute(connection,
        """
        create schema if not exists videogen;
        create table videogen.schema_versions (
          version    integer primary key,
          name       text not null,
          checksum   text not null,
          applied_at timestamptz not null default now()
        )
        """, cancellationToken);

    private static async Task Apply(NpgsqlConnection connection, SchemaFile file, CancellationToken cancellationToken)
    {
        await Execute(connection, file.Sql, cancellationToken).ConfigureAwait(false);
        var record = new NpgsqlCommand("insert into videogen.schema_versions (version, name, checksum) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = file.Version }, new() { Value = file.Name }, new() { Value = file.Checksum } },
        };
        await using (record.ConfigureAwait(false))
        {
            await record.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // The text is one of our own files: there is nothing in it that came from outside.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record AppliedFile(int Version, string Name, string Checksum);
}
