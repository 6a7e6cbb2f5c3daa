using Npgsql;

namespace VideoGen.Storage.Duplicates;

/// <summary>A table as the catalogue of its database has it. Names of it get into SQL only as the server quotes them.</summary>
/// <param name="Oid">Its number there.</param>
/// <param name="Name">With its schema, quoted for SQL where it must be.</param>
/// <param name="CanChange">Whether it is a table, and not a view or somebody else's.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record TableShape(long Oid, string Name, bool CanChange, IReadOnlyList<TableColumn> Columns)
{
    private const string OurSchema = "videogen";

    /// <param name="connection">Where it is.</param>
    /// <param name="table">Its name as SQL has it, with its schema unless that is on the search path.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VideoTableException">There is none, or it is ours.</exception>
    public static async Task<TableShape> Of(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var found = await connection.Rows(
            """
            select c.oid::bigint, n.nspname, format('%I.%I', n.nspname, c.relname), c.relkind in ('r', 'p') from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.oid = pg_catalog.to_regclass($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
            """,
            [table],
            row => (Oid: row.GetInt64(0), Schema: row.GetString(1), Name: row.GetString(2), CanChange: row.GetBoolean(3)),
            cancellationToken).ConfigureAwait(false);
        if (found is not [var (oid, schema, name, canChange)]) throw new VideoTableException(await Missing(connection, table, cancellationToken).ConfigureAwait(false));
        if (schema == OurSchema) throw new VideoTableException($"{name} is our own, and nothing may change it but the host: 'duplicates --self' looks into it.");
        var columns = await connection.Rows(
            """
            select a.attname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null), t.typcategory,
              exists (select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisprimary and i.indnkeyatts = 1 and i.indkey[0] = a.attnum)
            from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
            where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """,
            [oid],
            row => new TableColumn(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetChar(4), row.GetBoolean(5)),
            cancellationToken).ConfigureAwait(false);
        return new(oid, name, canChange, columns);
    }

    /// <param name="names">How it may be called.</param>
    /// <exception cref="VideoTableException">There is none.</exception>
    public TableColumn Column(IReadOnlyList<string> names)
    {
        string[] there = [.. Columns.Select(column => column.Name)];
        return VideoColumns.In(there, names) is { } name ? Columns.First(column => column.Name == name) : throw new VideoTableException($"{Name} has {VideoColumns.Missing(there, names)}");
    }

    // Whoever forgot that SQL makes names small is told how to write it.
    private static async Task<string> Missing(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var similar = await connection.Rows(
            """
            select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'f') and lower(c.relname) = lower($1) order by 1 limit 5
            """,
            [table[(table.LastIndexOf('.') + 1)..].Trim('"')],
            row => row.GetString(0),
            cancellationToken).ConfigureAwait(false);
        return $"The database '{connection.Database}' has no table {table}: write it as in SQL, with its schema, and in double quotes where it has capitals{(similar.Count == 0 ? "." : $". There is {string.Join(" and ", similar)}.")}";
    }
}
