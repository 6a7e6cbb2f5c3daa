using System.Globalization;

namespace VideoGen.Bench;

/// <summary>The table that is printed, row by row as the figures come.</summary>
internal static class Table
{
    public static void Begin()
    {
        Console.WriteLine("| what | here | beside | ratio | goal |");
        Console.WriteLine("|---|---|---|---|---|");
    }

    public static void Row(FormattableString what, FormattableString here, FormattableString? beside = null, double? ratio = null, string goal = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Text(what)} | {Text(here)} | {(beside is null ? "" : Text(beside))} | {ratio:0.00} | {goal} |"));

    public static void BeginEngines(string orleans)
    {
        Console.WriteLine($"| what | embedded engine | Orleans {orleans} | ratio |");
        Console.WriteLine("|---|---|---|---|");
    }

    /// <summary>The same on both engines, and how many times the embedded one's figure that of Orleans is.</summary>
    public static void Engines(FormattableString what, FormattableString embedded, FormattableString orleans, double ratio) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Text(what)} | {Text(embedded)} | {Text(orleans)} | {ratio:0.00} |"));

    /// <summary>What goes on meanwhile; no part of the table.</summary>
    public static void Note(FormattableString what) => Console.Error.WriteLine(Text(what));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
