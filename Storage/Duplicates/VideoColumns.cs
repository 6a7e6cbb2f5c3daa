namespace VideoGen.Storage.Duplicates;

/// <summary>How the columns of somebody's videos may be called, in a list or a table: of each, the first name that is there is read.</summary>
/// <param name="User">Whose they are.</param>
/// <param name="Prompt">What was asked for.</param>
/// <param name="Status">How far they are.</param>
/// <param name="Created">When they were asked for.</param>
/// <param name="Cost">What they cost.</param>
public sealed record VideoColumns(IReadOnlyList<string> User, IReadOnlyList<string> Prompt, IReadOnlyList<string> Status, IReadOnlyList<string> Created, IReadOnlyList<string> Cost)
{
    /// <summary>All of them, in the order of a row.</summary>
    public IReadOnlyList<IReadOnlyList<string>> All => [User, Prompt, Status, Created, Cost];

    /// <summary>The name that is there: as it is written, else in whatever case; null where none is.</summary>
    public static string? In(IReadOnlyCollection<string> there, IReadOnlyList<string> names) =>
        names.Select(name => there.FirstOrDefault(t => t == name) ?? there.FirstOrDefault(t => t.Trim().Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(found => found is not null);

    /// <summary>What is missing, in words.</summary>
    public static string Missing(IReadOnlyCollection<string> there, IReadOnlyList<string> names) =>
        $"no column {string.Join(" or ", names.Select(name => $"'{name}'"))}. It has: {string.Join(", ", there)}.";
}
