using System.Globalization;
using System.Text;
using Microsoft.VisualBasic.FileIO;
using VideoGen.Storage.Duplicates;

namespace VideoGen.Silo.Duplicates;

/// <summary>A list of videos as CSV (RFC 4180) with a header, in UTF-8.</summary>
internal sealed class VideoSheet
{
    private readonly List<string[]> rows = [];
    private string[] header = [];
    private int[] places = [];

    public IReadOnlyList<ListedVideo> Videos { get; private set; } = [];

    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says which row and what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VideoSheet Read(string path, VideoColumns columns)
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

        sheet.places = [.. columns.All.Select(sheet.PlaceOf)];
        sheet.Videos = [.. sheet.rows.Select((row, index) => VideoIn(row, index + 1, sheet.places))];
        return sheet;
    }

    /// <summary>Writes the list with a mark in each duplicate: the row that is kept, from 1. The others have none.</summary>
    /// <param name="path">A file that is not there.</param>
    /// <param name="duplicates">The duplicates.</param>
    /// <param name="column">Where the marks go: a column that it has, or else another one behind the last.</param>
    /// <exception cref="InvalidDataException">Such a column is what duplicates are found by.</exception>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public void WriteMarked(string path, IEnumerable<Duplicate> duplicates, string column)
    {
        var kept = duplicates.ToDictionary(d => d.Video.Row, d => d.Kept.Row);
        var place = Array.FindIndex(header, name => name.Trim().Equals(column, StringComparison.OrdinalIgnoreCase));
        if (places.Contains(place)) throw new InvalidDataException($"Column {column} is what duplicates are found by: name another with --mark.");
        Write(path, Marked(header, column), rows.Select((row, index) => Marked(row, kept.TryGetValue(index + 1, out var of) ? of.ToString(CultureInfo.InvariantCulture) : "")));

        IEnumerable<string> Marked(string[] row, string mark) =>
            place < 0 ? [.. row, .. Enumerable.Repeat("", Math.Max(0, header.Length - row.Length)), mark] : row.Select((cell, index) => index == place && row != header ? mark : cell);
    }

    /// <summary>Writes the list without its duplicates.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public void WriteWithout(string path, IEnumerable<Duplicate> duplicates)
    {
        var gone = duplicates.Select(d => d.Video.Row).ToHashSet();
        Write(path, header, rows.Where((_, index) => !gone.Contains(index + 1)));
    }

    /// <summary>Writes a new CSV.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static void Write(string path, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n" };
        foreach (var row in rows.Prepend(header)) writer.WriteLine(string.Join(',', row.Select(Quoted)));
    }

    private int PlaceOf(IReadOnlyList<string> names) =>
        VideoColumns.In(header, names) is { } name ? Array.IndexOf(header, name) : throw new InvalidDataException($"The header has {VideoColumns.Missing(header, names)}");

    private static ListedVideo VideoIn(string[] row, int number, int[] places)
    {
        if (row.Length <= places.Max()) throw Wrong(number, "has too few cells");
        var created = VideoCells.Moment(row[places[3]]) ?? throw Wrong(number, "has no time such as 2026-11-21T18:30:00Z");
        var usd = VideoCells.Usd(row[places[4]]) ?? throw Wrong(number, "has no cost such as 3.20");
        return new(number, row[places[0]], row[places[1]], row[places[2]], created, usd);
    }

    private static InvalidDataException Wrong(int row, string what) => new(string.Create(CultureInfo.InvariantCulture, $"Row {row} {what}."));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
