using System.Globalization;
using Npgsql;
using VideoGen.Storage.Duplicates;
using static VideoGen.Silo.Hosting.Commands;

namespace VideoGen.Silo.Duplicates;

/// <summary><c>videogen duplicates --table NAME</c>: the duplicates in another service's table, which are marked or deleted only with <c>--apply</c>.</summary>
internal static class TableDuplicates
{
    private static readonly string[] Verdict = ["id", "status", "created", "usd", "duplicate_of"];

    /// <returns>0: done. 1: not, nothing was changed, and standard error says why.</returns>
    public static async Task<int> Look(DuplicatesOptions.Asked asked, CancellationToken cancellationToken)
    {
        try
        {
            var table = await VideoTable.Open(asked.Database!, asked.Table!, asked.Columns, asked.Id, asked.Apply, cancellationToken).ConfigureAwait(false);
            await using (table.ConfigureAwait(false)) return await Look(table, asked, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VideoTableException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }
        catch (ArgumentException)
        {
            // Not its own words: they may have the password in them.
            return Fail("The connection string cannot be read: it is as Npgsql has it, Host=…;Database=…;Username=…;Password=….");
        }
        catch (NpgsqlException trouble)
        {
            return Fail($"The database of the table does not answer: {trouble.Message} {(asked.Apply ? "Where it was being changed, that was done as a whole or not at all: ask again without --apply to see." : "Check the connection string.")}");
        }
    }

    private static async Task<int> Look(VideoTable table, DuplicatesOptions.Asked asked, CancellationToken cancellationToken)
    {
        if (asked.Mark is { } column) table.CheckMark(column);
        Say($"{table.Name}: a video's name is {table.Columns[0]}; {string.Join(", ", table.Columns.Skip(1))} say whose it is, its prompt, its status, when it was asked for and what it cost.");
        var rows = await table.Read(cancellationToken).ConfigureAwait(false);
        var videos = rows.Select((row, index) => VideoOf(row, index + 1)).ToList();
        var rules = new DuplicateRules(asked.Means);
        var duplicates = rules.Find(videos);
        DuplicatesText.Print("Video", Id, duplicates, videos);
        var unknown = rules.Unknown(duplicates);
        if (unknown.Count > 0) Say(DuplicatesText.Unknown(unknown));
        if (asked.Output is { } output) Write(output);
        if (asked.Delete) foreach (var change in await table.DeletesElsewhere(cancellationToken).ConfigureAwait(false)) Say(change);
        var does = asked.Delete ? "deleted" : "marked";
        if (!asked.Apply)
        {
            Say(asked.Mark is null && !asked.Delete ? "Nothing was changed." : $"Nothing was changed. With --apply {duplicates.Count} rows are {does}.");
            return 0;
        }

        // What may be the one finished video must not be lost for a word.
        if (unknown.Count > 0) return Fail("Nothing was changed: it is not known which of them is the best.");
        var kept = duplicates.ToDictionary(d => Id(d.Video.Row), d => Id(d.Kept.Row), StringComparer.Ordinal);
        if (asked.Delete) await table.Delete(kept, cancellationToken).ConfigureAwait(false);
        else await table.Mark(asked.Mark!, kept, cancellationToken).ConfigureAwait(false);
        await table.Commit(cancellationToken).ConfigureAwait(false);
        DuplicatesText.Print($"{duplicates.Count} rows of {table.Name} were {does}: {duplicates.Sum(d => d.Video.Usd)} USD.");
        return 0;

        string Id(int row) => rows[row - 1].Id;

        void Write(string path)
        {
            VideoSheet.Write(path, Verdict, duplicates.Select(d => (string[])
                [Id(d.Video.Row), d.Video.Status, d.Video.CreatedAt.ToString("O", CultureInfo.InvariantCulture), d.Video.Usd.ToString(CultureInfo.InvariantCulture), Id(d.Kept.Row)]));
            Say($"The duplicates are in {path}.");
        }
    }

    private static ListedVideo VideoOf(TableVideo row, int number) => new(
        number,
        row.User ?? "",
        row.Prompt ?? "",
        row.Status ?? "",
        VideoCells.Moment(row.Created ?? "") ?? throw new VideoTableException($"Video {row.Id} has no time such as 2026-11-21T18:30:00Z, but '{row.Created}': name another column with --created, or correct it."),
        VideoCells.Usd(row.Cost ?? "") ?? throw new VideoTableException($"Video {row.Id} has no cost such as 3.20, but '{row.Cost}': name another column with --cost, or correct it."));
}
