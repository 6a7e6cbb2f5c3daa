using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace VideoGen.Bench;

/// <summary>The host's own PostgreSQL, asked and loaded directly.</summary>
internal sealed partial class Postgres(string connectionString) : IAsyncDisposable
{
    /// <summary>PostgreSQL 15 lets an idle connection tell its counts after 10 s, and a busy one each second.</summary>
    private static readonly TimeSpan Untold = TimeSpan.FromSeconds(11), ToldPatience = TimeSpan.FromSeconds(60), SettlePatience = TimeSpan.FromMinutes(10);

    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create(connectionString);

    /// <summary>What was done so far, once everything that was done before this call is counted.</summary>
    public async Task<PostgresCounts> Counts()
    {
        // A connection that was used since, a while after this call, has told what it did before.
        var asked = await Number("select extract(epoch from clock_timestamp())::float8");
        await Until.Holds(
            "every connection has told what it did",
            async () => await Number(string.Create(CultureInfo.InvariantCulture, $"""
                select count(*)::float8 from pg_stat_activity
                where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
                  and extract(epoch from state_change) < {asked + 2} and clock_timestamp() - state_change < interval '{Untold.TotalSeconds} s'
                """)) == 0,
            ToldPatience);

        var rows = new Dictionary<string, double>();
        await using var command = database.CreateCommand(
            """
            select 'state of ' || state_name, sum(version)::float8 from videogen.grain_state group by state_name
            union all
            select 'table ' || relname, (n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables where schemaname = 'videogen' and relname <> 'grain_state'
            """);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) rows[reader.GetString(0)] = reader.GetDouble(1);
        }

        return new(
            await Number("select xact_commit::float8 from pg_stat_database where datname = current_database()"),
            await Writing(),
            await Number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8"),
            rows);
    }

    /// <summary>Transactions so far that wrote.</summary>
    public Task<double> Writing() => Number("select pg_snapshot_xmax(pg_current_snapshot())::text::float8");

    /// <summary>The one number that a query answers.</summary>
    public async Task<double> Number(string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (double)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>How long it takes to read the documents of all that owe something, one after another over one connection.</summary>
    public async Task<TimeSpan> ReadOwed()
    {
        var since = TimeProvider.System.GetTimestamp();
        await using var command = database.CreateCommand("select state_name, grain_key, version, state::text from videogen.grain_state where wake_at is not null");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) rows.GetString(3);
        return TimeProvider.System.GetElapsedTime(since);
    }

    /// <summary>The server's first process, the parent of those that serve connections.</summary>
    public async Task<int> ProcessId() => Linux.ParentOf((int)await Number("select pg_backend_pid()::float8"));

    /// <summary>Waits until nothing is owed: whatever was accepted has come to its ending, and nothing has to be woken for it.</summary>
    public Task Settled() => Until.Holds(
        "nothing is owed",
        async () => await Number(
            """
            select (select count(*) from videogen.grain_state where wake_at is not null)::float8
              + (select count(*) from videogen.reminders) + (select count(*) from videogen.cluster_reminders)
            """) == 0,
        SettlePatience);

    /// <summary>Waits until hardly anything was written for a second.</summary>
    public async Task Quiet()
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        var last = await Writing();
        while (await ticks.WaitForNextTickAsync())
        {
            var now = await Writing();
            if (now - last < 20) return;
            last = now;
        }
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
