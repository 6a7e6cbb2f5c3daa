using System.Globalization;

namespace VideoGen.Bench;

/// <summary>The one table that is printed, row by row as the figures come.</summary>
internal static class Table
{
    public static void Begin()
    {
        Console.WriteLine("| what | here | beside | ratio | goal |");
        Console.WriteLine("|---|---|---|---|---|");
    }

    public static void Row(FormattableString what, FormattableString here, FormattableString? beside = null, double? ratio = null, string goal = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Text(what)} | {Text(here)} | {(beside is null ? "" : Text(beside))} | {ratio:0.00} | {goal} |"));

    /// <summary>What goes on meanwhile; no part of the table.</summary>
    public static void Note(FormattableString what) => Console.Error.WriteLine(Text(what));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
