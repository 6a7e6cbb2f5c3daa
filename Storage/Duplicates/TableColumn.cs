namespace VideoGen.Storage.Duplicates;

/// <summary>A column of somebody's table, as the database's catalogue has it, and how it is read as text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Quoted">The same as the server quotes it for SQL.</param>
/// <param name="Type">Its type, as SQL writes it.</param>
/// <param name="BaseType">That under a domain; else the same.</param>
/// <param name="Category">PostgreSQL's category of types, <c>pg_type.typcategory</c>: S for text, N for numbers, D for times, B for booleans.</param>
/// <param name="IsKey">Whether it is the table's primary key, alone.</param>
internal sealed record TableColumn(string Name, string Quoted, string Type, string BaseType, char Category, bool IsKey)
{
    private const char Text = 'S', Number = 'N', Boolean = 'B';

    private bool IsMoment => BaseType is "timestamp with time zone" or "timestamp without time zone" or "date";

    /// <summary>As text, whatever it is.</summary>
    public string AsText => $"{Quoted}::text";

    /// <exception cref="VideoTableException">It is no text.</exception>
    public string AsPrompt => Category == Text ? AsText : throw Unreadable("no text", "prompt");

    /// <exception cref="VideoTableException">It is no moment.</exception>
    public string AsMoment => IsMoment || Category == Text ? AsText : Category == Number ? $"{Quoted}::numeric::text" : throw Unreadable("neither a timestamp, nor text with one, nor seconds or milliseconds since 1970", "created");

    /// <exception cref="VideoTableException">It is no amount.</exception>
    public string AsAmount => Category == Text ? AsText : Category == Number ? $"{Quoted}::numeric::text" : throw Unreadable("no amount of US dollars", "cost");

    /// <summary>What a duplicate is marked with here, in SQL, where <c>verdict.kept</c> is the id of the video that is kept.</summary>
    /// <param name="id">The column of the ids.</param>
    /// <exception cref="VideoTableException">It cannot be.</exception>
    public string MarkOf(TableColumn id) =>
        Type == id.Type ? "verdict.kept"
        : Category == Text || (Category == Number && id.Category == Number) ? $"verdict.kept::{Type}"
        : Category == Boolean ? "true"
        : IsMoment ? $"coalesce(t.{Quoted}, now())" // When it was found, and not when it was looked for again.
        : throw new VideoTableException($"Column {Name} is of type {Type}, and cannot hold a mark: it must be text or of the type of {id.Name} ({id.Type}), for the id of the video that is kept, or a boolean, or a timestamp.");

    private VideoTableException Unreadable(string what, string option) => new($"Column {Name} is of type {Type}, which is {what}: name another one with --{option}, or a view that has one.");
}
