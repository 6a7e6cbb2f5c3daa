using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace VideoGen.Bench;

/// <summary>The host's own PostgreSQL, asked and loaded directly.</summary>
internal sealed partial class Postgres(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create(connectionString);

    /// <summary>Commits so far, and bytes of write-ahead log so far.</summary>
    public async Task<(long Commits, long Bytes)> Written()
    {
        await using var command = database.CreateCommand(
            "select pg_stat_clear_snapshot(), (select xact_commit from pg_stat_database where datname = current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");
        await using var rows = await command.ExecuteReaderAsync();
        await rows.ReadAsync();
        return (rows.GetInt64(1), rows.GetInt64(2));
    }

    public async Task Prepare()
    {
        await using var command = database.CreateCommand("create schema bench; create table bench.rows (id bigint generated always as identity primary key, state jsonb not null)");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>pgbench: single-row inserts of a document of our size, each its own commit, over so many connections.</summary>
    public async Task<double> Inserts(TimeSpan time, int connections, string folder)
    {
        var script = Path.Combine(folder, "insert.sql");
        await File.WriteAllTextAsync(script, $$"""insert into bench.rows (state) values ('{"v":1,"prompt":"{{new string('x', 900)}}"}');""");
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(Program(), [
            "-n", "-M", "prepared", "-f", script, "-c", Text(connections), "-j", "2", "-T", Text((int)time.TotalSeconds),
            "-h", settings.Host!, "-p", Text(settings.Port), "-U", settings.Username!, settings.Database!])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = settings.Password },
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return Speed().Match(await output) is { Success: true } speed
            ? double.Parse(speed.Groups["tps"].ValueSpan, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench did not say how fast it was: {await output} {await errors}");
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    // Debian keeps it beside the server, one folder for each major version.
    private static string Program() =>
        Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", "pgbench")).Where(File.Exists).Max(StringComparer.Ordinal) ?? "pgbench";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Speed();
}
