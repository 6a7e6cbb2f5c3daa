using System.CommandLine;
using System.Globalization;
using VideoGen.Silo.Hosting;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Schema;
using static VideoGen.Silo.Hosting.Commands;

namespace VideoGen.Silo.Duplicates;

/// <summary>
/// <c>videogen duplicates FILE</c>: what a list of videos would have cost less here. It changes nothing; <c>--output</c> writes another
/// file. <c>videogen duplicates --self</c>: the same question to our own database, which must have no answer.
/// </summary>
internal static class DuplicatesCommand
{
    public const string Name = "duplicates";

    /// <returns>0: done, and with <c>--self</c> none found. 1: some found there, or not done, and standard error says why.</returns>
    public static Task<int> Run(string[] args)
    {
        var (settings, rest) = Split(args);
        var file = new Argument<string?>("file") { Description = "A CSV of videos with a header, UTF-8.", Arity = ArgumentArity.ZeroOrOne };
        var self = new Option<bool>("--self") { Description = "Look in our own database instead: jobs of one request within 24 hours that are not proven free." };
        var output = new Option<string?>("--output") { Description = "Write the list to this new file with a column duplicate_of: the row that is kept, from 1." };
        Option<string>[] columns = [.. ((string[])["user", "prompt", "status", "created", "cost"]).Select(name => new Option<string>($"--{name}") { Description = $"The column of the {name}.", DefaultValueFactory = _ => name })];
        var command = new Command(Name, "Finds videos of one user and prompt within 24 hours, and what they cost. Changes nothing.") { file, self, output };
        foreach (var column in columns) command.Add(column);
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            if (parsed.GetValue(self)) return await InOurs(settings, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(file) is not { } path) return Fail("Which? 'duplicates FILE.csv' looks into a list, 'duplicates --self' into our own database.");
            var names = Array.ConvertAll(columns, column => parsed.GetValue(column)!);
            return InList(path, new(names[0], names[1], names[2], names[3], names[4]), parsed.GetValue(output));
        }));
        return new RootCommand("Orleans.VideoGen") { command }.Parse(rest).InvokeAsync(cancellationToken: CancellationToken.None);
    }

    private static int InList(string path, SheetColumns columns, string? output)
    {
        try
        {
            var sheet = VideoSheet.Read(path, columns);
            var duplicates = DuplicateRules.Find(sheet.Videos);
            foreach (var (video, kept) in duplicates)
            {
                Print($"Row {video.Row} ({video.User}, {video.CreatedAt:u}, {video.Status}, {video.Usd} USD) is a duplicate of row {kept.Row} ({kept.CreatedAt:u}, {kept.Status}).");
            }

            Print($"{duplicates.Count} of {sheet.Videos.Count} videos are duplicates: {duplicates.Sum(d => d.Video.Usd)} of {sheet.Videos.Sum(v => v.Usd)} USD.");
            if (output is null) return 0;
            sheet.Write(output, duplicates);
            Say($"Written to {output}. {path} is as it was.");
            return 0;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }
    }

    private static async Task<int> InOurs(string[] settings, CancellationToken cancellationToken)
    {
        var configuration = Configuration(settings);
        var found = await Database.Visit(configuration, DataFolder.Prepare(configuration), connectionString => Look(connectionString, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (var pair in found) Print($"{pair.RequestKey}: job {pair.Later} ({pair.LaterAt:u}) after {pair.Earlier} ({pair.EarlierAt:u}), and neither is proven free.");
        Print($"{found.Count} pairs of jobs of one request within 24 hours are not proven free.");
        return found.Count == 0 ? 0 : 1;
    }

    private static async Task<IReadOnlyList<DuplicateJobs>> Look(string connectionString, CancellationToken cancellationToken)
    {
        var connections = new PostgresConnections(connectionString);
        await using (connections.ConfigureAwait(false))
        {
            await SchemaMigrations.Apply(connections.Pool, cancellationToken).ConfigureAwait(false);
            return await PostgresDuplicates.Find(connections.Pool, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
