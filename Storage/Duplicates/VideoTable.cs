using Npgsql;

namespace VideoGen.Storage.Duplicates;

/// <summary>A video of somebody's table, each cell as text; null where there is none.</summary>
/// <param name="Id">Its id there, which no other has.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Prompt">What was asked for.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Created">A moment: ISO 8601, UTC where it names no zone.</param>
/// <param name="Cost">US dollars.</param>
public sealed record TableVideo(string Id, string? User, string? Prompt, string? Status, string? Created, string? Cost);

/// <summary>
/// The table in which another service keeps its videos, in whatever PostgreSQL: read, and its duplicates marked or deleted, in one
/// transaction. Where it is to be changed nobody else writes to it meanwhile; without <see cref="Commit"/> nothing is changed.
/// </summary>
public sealed class VideoTable : IAsyncDisposable
{
    private const string Program = "videogen duplicates";
    private const int LongestStatementSeconds = 3_600, LockSeconds = 10;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly TableShape shape;
    private readonly TableColumn id;
    private readonly TableColumn[] columns;
    private readonly string cells;

    private VideoTable(NpgsqlConnection connection, NpgsqlTransaction transaction, TableShape shape, VideoColumns columns, string? id)
    {
        (this.connection, this.transaction, this.shape) = (connection, transaction, shape);
        this.id = id is not null ? shape.Column([id]) : shape.Columns.FirstOrDefault(column => column.IsKey)
            ?? throw new VideoTableException($"{shape.Name} has no primary key of one column: say with --id which column names a video.");
        this.columns = [.. columns.All.Select(shape.Column)];
        cells = string.Join(", ", this.id.AsText, this.columns[0].AsText, this.columns[1].AsPrompt, this.columns[2].AsText, this.columns[3].AsMoment, this.columns[4].AsAmount);
    }

    /// <summary>Its name with its schema, as SQL has it.</summary>
    public string Name => shape.Name;

    /// <summary>The columns that are read: the ids, then as in <see cref="VideoColumns.All"/>.</summary>
    public IReadOnlyList<string> Columns => [id.Name, .. columns.Select(column => column.Name)];

    /// <summary>Opens a table, and begins what ends with <see cref="Commit"/> or without it.</summary>
    /// <param name="connectionString">As Npgsql has it.</param>
    /// <param name="table">Its name as SQL has it.</param>
    /// <param name="columns">How its columns may be called.</param>
    /// <param name="idColumn">The column that names a video; null for the primary key.</param>
    /// <param name="toChange">Whether it is to be changed: then it is locked against other writers, for which is waited 10 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VideoTableException">It cannot be read, or not changed; the message says why and what to do.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<VideoTable> Open(string connectionString, string table, VideoColumns columns, string? idColumn, bool toChange, CancellationToken cancellationToken)
    {
        var session = new NpgsqlConnection(Settings(connectionString));
        try
        {
            await session.OpenAsync(cancellationToken).ConfigureAwait(false);
            var begun = await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

            // Times come as one text, whatever the server is used to; and rows that a policy hides are an error, and not passed over.
            await Run(session, $"set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local row_security = off; set local lock_timeout = '{LockSeconds}s'; set local statement_timeout = 0", cancellationToken).ConfigureAwait(false);
            if (!toChange) await Run(session, "set transaction read only", cancellationToken).ConfigureAwait(false);
            var its = await TableShape.Of(session, table, cancellationToken).ConfigureAwait(false);
            if (toChange && !its.CanChange) throw new VideoTableException($"{its.Name} is no table: name the table itself, with its own columns, to change it.");
            if (toChange) await Run(session, $"lock table {its.Name} in share row exclusive mode", cancellationToken).ConfigureAwait(false);
            return new(session, begun, its, columns, idColumn);
        }
        catch (Exception trouble)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (trouble is PostgresException refused) throw Refused(refused);
            throw;
        }
    }

    /// <summary>All of its videos, the oldest first where they were made in order.</summary>
    /// <exception cref="VideoTableException">The database does not give them, or two have one id.</exception>
    public async Task<IReadOnlyList<TableVideo>> Read(CancellationToken cancellationToken)
    {
        try
        {
            var videos = await connection.Rows(
                $"select {cells} from {shape.Name} order by {id.Quoted}",
                [],
                row => new TableVideo(Cell(row, 0) ?? throw new VideoTableException($"A row of {Name} has no {id.Name}: name a column with --id that every row has."), Cell(row, 1), Cell(row, 2), Cell(row, 3), Cell(row, 4), Cell(row, 5)),
                cancellationToken).ConfigureAwait(false);
            var twice = videos.GroupBy(video => video.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any());
            return twice is null ? videos : throw new VideoTableException($"Several rows of {Name} have the {id.Name} {twice.Key}: name a column with --id that is another for each.");
        }
        catch (PostgresException refused)
        {
            throw Refused(refused);
        }
    }

    /// <summary>What deleting rows changes elsewhere, as the tables' foreign keys have it.</summary>
    /// <exception cref="VideoTableException">The database does not say.</exception>
    public async Task<IReadOnlyList<string>> DeletesElsewhere(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Rows(
                """
                select conrelid::regclass::text, confdeltype from pg_catalog.pg_constraint
                where confrelid = $1::oid and contype = 'f' and confdeltype in ('c', 'n', 'd') and conparentid = 0 order by 1
                """,
                [shape.Oid],
                row => row.GetChar(1) == 'c' ? $"Rows of {row.GetString(0)} that refer to them go with them." : $"Rows of {row.GetString(0)} that refer to them do not refer to anything then.",
                cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refused)
        {
            throw Refused(refused);
        }
    }

    /// <summary>Whether a column can hold marks.</summary>
    /// <exception cref="VideoTableException">There is none, or not for that.</exception>
    public void CheckMark(string column) => _ = MarkColumn(column).MarkOf(id);

    /// <summary>Marks duplicates in a column: with the id of the video that is kept, with true, or with the time, as its type is.</summary>
    /// <param name="column">Which.</param>
    /// <param name="kept">For the id of each duplicate that of the video that is kept.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is changed then.</param>
    /// <exception cref="VideoTableException">It cannot be done; nothing is changed.</exception>
    public Task Mark(string column, IReadOnlyDictionary<string, string> kept, CancellationToken cancellationToken)
    {
        var marked = MarkColumn(column);
        return Change($"update {shape.Name} as t set {marked.Quoted} = {marked.MarkOf(id)} from unnest($1::text[]::{id.Type}[], $2::text[]::{id.Type}[]) as verdict (id, kept) where t.{id.Quoted} = verdict.id", kept, cancellationToken);
    }

    /// <summary>Deletes duplicates.</summary>
    /// <param name="kept">For the id of each duplicate that of the video that is kept.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is changed then.</param>
    /// <exception cref="VideoTableException">It cannot be done; nothing is changed.</exception>
    public Task Delete(IReadOnlyDictionary<string, string> kept, CancellationToken cancellationToken) =>
        Change($"delete from {shape.Name} as t using unnest($1::text[]::{id.Type}[], $2::text[]::{id.Type}[]) as verdict (id, kept) where t.{id.Quoted} = verdict.id", kept, cancellationToken);

    /// <summary>Ends it: what was done stays.</summary>
    /// <exception cref="VideoTableException">The database does not take it; nothing is changed.</exception>
    /// <exception cref="NpgsqlException">Nobody knows: it may be done.</exception>
    public async Task Commit(CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refused)
        {
            throw Refused(refused);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private TableColumn MarkColumn(string name)
    {
        if (shape.Columns.All(column => !column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new VideoTableException($"{Name} has no column '{name}' for the marks: add it (alter table {Name} add column … text), or name another with --mark.");
        }

        var marked = shape.Column([name]);
        return !columns.Append(id).Contains(marked) ? marked : throw new VideoTableException($"Column {marked.Name} is what duplicates are found by: name another with --mark.");
    }

    private async Task Change(string text, IReadOnlyDictionary<string, string> kept, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { Value = kept.Keys.ToArray() });
            command.Parameters.Add(new() { Value = kept.Values.ToArray() });
            try
            {
                var changed = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                if (changed != kept.Count) throw new VideoTableException($"The database changed {changed} rows of {kept.Count}: a rule or a trigger of {Name} is in the way. Nothing was changed.");
            }
            catch (PostgresException refused)
            {
                throw Refused(refused);
            }
        }
    }

    private static async Task Run(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string? Cell(NpgsqlDataReader row, int place) => row.IsDBNull(place) ? null : row.GetString(place);

    private static VideoTableException Refused(PostgresException refused) => new(
        refused.SqlState == PostgresErrorCodes.LockNotAvailable
            ? $"Somebody else works on the table, and did not end within {LockSeconds} s: try again when it is quiet. Nothing was changed."
            : $"The database refuses: {refused.MessageText} ({refused.SqlState}). Nothing was changed.",
        refused);

    private static string Settings(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        CommandTimeout = LongestStatementSeconds,
        Enlist = false,
        IncludeErrorDetail = false,
        ApplicationName = Program,
    }.ConnectionString;
}
