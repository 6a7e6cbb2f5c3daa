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
/// <c>videogen duplicates FILE</c> and <c>--table NAME</c>: what somebody's videos would have cost less here. It changes nothing but, with
/// <c>--apply</c>, the table. <c>videogen duplicates --self</c>: the same question to our own database, which must have no answer.
/// </summary>
internal static class DuplicatesCommand
{
    public const string Name = "duplicates";

    /// <returns>0: done, and with <c>--self</c> none found. 1: some found there, or not done, and standard error says why.</returns>
    public static Task<int> Run(string[] args)
    {
        var (settings, rest) = Split(args);
        var options = new DuplicatesOptions();
        var command = options.On(Name);
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var (asked, wrong) = options.Read(parsed, Configuration(settings));
            if (asked is null || wrong is not null) return Fail(wrong!);
            if (asked.Self) return await InOurs(settings, cancellationToken).ConfigureAwait(false);
            return asked.Table is null ? InList(asked.File!, asked) : await TableDuplicates.Look(asked, cancellationToken).ConfigureAwait(false);
        }));
        return new RootCommand("Orleans.VideoGen") { command }.Parse(rest).InvokeAsync(cancellationToken: CancellationToken.None);
    }

    private static int InList(string path, DuplicatesOptions.Asked asked)
    {
        try
        {
            var sheet = VideoSheet.Read(path, asked.Columns);
            var rules = new DuplicateRules(asked.Means);
            var duplicates = rules.Find(sheet.Videos);
            DuplicatesText.Print("Row", row => row.ToString(CultureInfo.InvariantCulture), duplicates, sheet.Videos);
            if (rules.Unknown(duplicates) is { Count: > 0 } unknown) Say(DuplicatesText.Unknown(unknown));
            if (asked.Output is not { } output) return 0;
            if (asked.Delete) sheet.WriteWithout(output, duplicates);
            else sheet.WriteMarked(output, duplicates, asked.ListMark);
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
        foreach (var pair in found) DuplicatesText.Print($"{pair.RequestKey}: job {pair.Later} ({pair.LaterAt:u}) after {pair.Earlier} ({pair.EarlierAt:u}), and neither is proven free.");
        DuplicatesText.Print($"{found.Count} pairs of jobs of one request within 24 hours are not proven free.");
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
}
