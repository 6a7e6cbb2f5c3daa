using System.CommandLine;
using VideoGen.Storage.Duplicates;

namespace VideoGen.Silo.Duplicates;

/// <summary>What <c>videogen duplicates</c> can be told.</summary>
internal sealed class DuplicatesOptions
{
    /// <summary>The connection string of that name, where <c>--database</c> says none: a password that no list of processes shows.</summary>
    public const string Connection = "Duplicates";

    private const string Marks = "duplicate_of";

    private readonly Argument<string?> file = new("file") { Description = "A CSV of videos with a header, UTF-8. It is not changed.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> table = new("--table") { Description = "Look in this table of a PostgreSQL database, named as in SQL: public.videos." };
    private readonly Option<string?> database = new("--database") { Description = $"Where the table is, as Npgsql has it: Host=…;Database=…;Username=…;Password=…. Default: ConnectionStrings:{Connection}." };
    private readonly Option<string?> id = new("--id") { Description = "The table's column that names a video. Default: its primary key." };
    private readonly Option<bool> self = new("--self") { Description = "Look in our own database instead: jobs of one request within 24 hours that are not proven free." };
    private readonly Option<string?> output = new("--output") { Description = "Write a new file: the list with its duplicates marked, or without them; of a table, its duplicates." };
    private readonly Option<string?> mark = new("--mark") { Description = $"Mark duplicates in this column with the id or row of the video that is kept. In a list '{Marks}' is added by itself." };
    private readonly Option<bool> delete = new("--delete") { Description = "Delete duplicates." };
    private readonly Option<bool> apply = new("--apply") { Description = "Do in the table what --mark or --delete say. Without it nothing is changed." };
    private readonly Option<string[]> means = new("--means") { Description = "What a word for a status means, as succeeded=completed; as often as there are such words." };
    private readonly (Option<string?> Option, string[] Names)[] columns =
    [
        .. ((string[][])[["user", "user_id"], ["prompt"], ["status", "state"], ["created", "created_at"], ["cost", "cost_usd"]])
            .Select(names => (new Option<string?>($"--{names[0]}") { Description = $"The column of the {names[0]}. Default: {string.Join(" or ", names)}." }, names)),
    ];

    /// <summary>The command with all of these.</summary>
    public Command On(string name)
    {
        var command = new Command(name, "Finds videos of one user and prompt within 24 hours, and what they cost. Changes nothing, but with --apply.") { file, table, database, id, self, output, mark, delete, apply, means };
        foreach (var (option, _) in columns) command.Add(option);
        return command;
    }

    /// <summary>What is asked for; a sentence where it cannot be.</summary>
    public (Asked? Asked, string? Wrong) Read(ParseResult parsed, IConfiguration configuration)
    {
        var asked = new Asked(
            parsed.GetValue(file),
            parsed.GetValue(table),
            parsed.GetValue(database) ?? configuration.GetConnectionString(Connection),
            parsed.GetValue(id),
            parsed.GetValue(self),
            parsed.GetValue(output),
            parsed.GetValue(mark),
            parsed.GetValue(delete),
            parsed.GetValue(apply),
            new(Names(0), Names(1), Names(2), Names(3), Names(4)),
            new(StringComparer.OrdinalIgnoreCase));
        foreach (var word in parsed.GetValue(means) ?? [])
        {
            if (word.Split('=') is not [{ Length: > 0 } theirs, var ours] || !DuplicateRules.IsWord(ours.Trim())) return (null, $"--means {word}: must be a word of yours and one of completed, running, failed and pending, as succeeded=completed.");
            asked.Means[theirs.Trim()] = ours.Trim();
        }

        return (asked, WrongWith(asked));

        IReadOnlyList<string> Names(int column) => parsed.GetValue(columns[column].Option) is { } name ? [name] : columns[column].Names;
    }

    private static string? WrongWith(Asked asked) => asked switch
    {
        { Self: true } => asked.File is null && asked.Table is null && !asked.Delete && !asked.Apply && asked.Output is null && asked.Mark is null ? null : "--self looks into our own database, and changes nothing: leave the rest out.",
        { File: null, Table: null } or { File: not null, Table: not null } => "Which? 'duplicates FILE.csv' looks into a list, 'duplicates --table NAME' into a table of a database, 'duplicates --self' into our own database.",
        { Mark: not null, Delete: true } => "Mark or delete? Say one of --mark and --delete.",
        { File: not null, Apply: true } => "A list is not changed: leave --apply out, and say with --output where the new one goes.",
        { File: not null, Output: null } when asked.Delete || asked.Mark is not null => "A list is not changed: say with --output where the new one goes.",
        { File: not null } => null,
        { Database: null } => $"Which database? Say it with --database, or as ConnectionStrings__{Connection} in the environment.",
        { Apply: true, Mark: null, Delete: false } => "What is to be done? Say --mark COLUMN or --delete.",
        _ => null,
    };

    /// <summary>What was asked for.</summary>
    internal sealed record Asked(
        string? File, string? Table, string? Database, string? Id, bool Self, string? Output, string? Mark, bool Delete, bool Apply, VideoColumns Columns, Dictionary<string, string> Means)
    {
        /// <summary>The column of the marks in a list.</summary>
        public string ListMark => Mark ?? Marks;

        /// <summary>Without the database's password.</summary>
        public override string ToString() => $"{File}{Table}";
    }
}
