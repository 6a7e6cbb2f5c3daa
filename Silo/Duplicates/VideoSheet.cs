using System.Globalization;
using System.Text;
using Microsoft.VisualBasic.FileIO;

namespace VideoGen.Silo.Duplicates;

/// <summary>How the columns of a list of videos are called.</summary>
internal sealed record SheetColumns(string User, string Prompt, string Status, string Created, string Cost);

/// <summary>A list of videos as CSV (RFC 4180) with a header, in UTF-8.</summary>
internal sealed class VideoSheet
{
    private const string Added = "duplicate_of";

    private readonly List<string[]> rows = [];
    private string[] header = [];

    public IReadOnlyList<ListedVideo> Videos { get; private set; } = [];

    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says which row and what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VideoSheet Read(string path, SheetColumns columns)
    {
        var sheet = new VideoSheet();
        using var parser = new TextFieldParser(path, Encoding.UTF8) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        try
        {
            sheet.header = parser.ReadFields() ?? throw new InvalidDataException("The file is empty: it needs a header.");
            while (!parser.EndOfData) sheet.rows.Add(parser.ReadFields()!);
        }
        catch (MalformedLineException exception)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Line {exception.LineNumber} is no CSV."), exception);
        }

        int[] places = [.. ((string[])[columns.User, columns.Prompt, columns.Status, columns.Created, columns.Cost]).Select(sheet.PlaceOf)];
        sheet.Videos = [.. sheet.rows.Select((row, index) => VideoIn(row, index + 1, places))];
        return sheet;
    }

    /// <summary>Writes the list with another column: the row that is kept, from 1; empty where a row is no duplicate.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public void Write(string path, IEnumerable<Duplicate> duplicates)
    {
        var kept = duplicates.ToDictionary(d => d.Video.Row, d => d.Kept.Row);
        using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n" };
        writer.WriteLine(string.Join(',', header.Append(Added).Select(Quoted)));
        foreach (var (row, number) in rows.Select((row, index) => (row, index + 1)))
        {
            writer.WriteLine(string.Join(',', row.Select(Quoted).Append(kept.TryGetValue(number, out var of) ? of.ToString(CultureInfo.InvariantCulture) : "")));
        }
    }

    private int PlaceOf(string column) => Array.FindIndex(header, name => name.Trim().Equals(column, StringComparison.OrdinalIgnoreCase)) is >= 0 and var place
        ? place
        : throw new InvalidDataException($"The header has no column '{column}'. It has: {string.Join(", ", header)}.");

    private static ListedVideo VideoIn(string[] row, int number, int[] places)
    {
        if (row.Length <= places.Max()) throw Wrong(number, "has too few cells");
        if (!DateTimeOffset.TryParse(row[places[3]], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)) throw Wrong(number, "has no time such as 2026-11-21T18:30:00Z");
        var cost = row[places[4]].Trim().TrimStart('$');
        var usd = 0m;
        if (cost.Length > 0 && (!decimal.TryParse(cost, NumberStyles.Number, CultureInfo.InvariantCulture, out usd) || usd < 0)) throw Wrong(number, "has no cost such as 3.20");
        return new(number, row[places[0]], row[places[1]], row[places[2]], created, usd);
    }

    private static InvalidDataException Wrong(int row, string what) => new(string.Create(CultureInfo.InvariantCulture, $"Row {row} {what}."));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
