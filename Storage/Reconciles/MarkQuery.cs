using Npgsql;
using NpgsqlTypes;

namespace VideoGen.Storage.Reconciles;

/// <summary>Asks a database which it is and how far it has come.</summary>
internal static class MarkQuery
{
    /// <summary>
    /// One row: system identifier, timeline, position. The position is what is on disk, which a crash does not take back; what is only in
    /// memory it may. The timeline is read off the name of the current file: the control file has a new one only after a while.
    /// </summary>
    public const string Text =
        """
        select (select system_identifier::text from pg_control_system()) as system_id,
          ('x' || left(pg_walfile_name(flushed), 8))::bit(32)::integer as timeline, flushed
        from (select pg_current_wal_flush_lsn() as flushed) now
        """;

    /// <summary>The mark of the database, without the installation, which may not be there yet.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<DatabaseMark> Read(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        (await database.Rows(Text, [], row => MarkIn(row, 0, installation: ""), cancellationToken).ConfigureAwait(false))[0];

    public static DatabaseMark MarkIn(NpgsqlDataReader row, int first, string installation) =>
        new(installation, row.GetString(first), row.GetInt32(first + 1), row.GetFieldValue<NpgsqlLogSequenceNumber>(first + 2), LastSubmit: null);
}
