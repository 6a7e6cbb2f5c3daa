using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Processes;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Hosts;

/// <summary>On a server of its own: what is set for a server concerns all of its databases.</summary>
public sealed class ServerDurabilityTests : IAsyncLifetime, IDisposable
{
    private readonly ServerUnderTest server = new();
    private PrivatePostgres? postgres;

    public async Task InitializeAsync() => postgres = await server.Start();

    public async Task DisposeAsync() => await postgres!.DisposeAsync();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task A_server_that_answers_before_its_disk_does_is_refused_wherever_that_was_set()
    {
        await using (var pool = Connect(ours: true))
        {
            // What our own connection string says wins over the role's.
            await Run(pool, "alter role videogen set synchronous_commit = off");
            NpgsqlConnection.ClearAllPools();
            Assert.Empty(await Check(pool));
        }

        await Refused("the role, by alter role", "alter role videogen set synchronous_commit = off", "alter role videogen reset all");
        await Refused("the database, by alter database", "alter database videogen set synchronous_commit = off", "alter database videogen reset all");
        await Refused("the role in this database, by alter role", "alter role videogen in database videogen set synchronous_commit = off", "alter role videogen in database videogen reset all");
        await Refused("the connection string, ConnectionStrings:VideoGen", "select 1", "select 1", "-c synchronous_commit=off");
        await using var good = Connect();
        Assert.Empty(await Check(good));
    }

    [Fact]
    public async Task A_server_without_fsync_or_whole_pages_is_said_and_not_refused()
    {
        await using var throwaway = await ServerUnderTest.Start(ServerUnderTest.OptionsOf(server.Folder + "-throwaway", throwaway: true));
        await using var pool = NpgsqlDataSource.Create(throwaway.ConnectionString);

        var warnings = await Check(pool);

        Assert.Equal(2, warnings.Count);
        Assert.Contains("fsync=off", warnings[0], StringComparison.Ordinal);
        Assert.Contains("full_page_writes=off", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standbys_that_lag_behind_are_said()
    {
        var at = new NpgsqlConnectionStringBuilder(postgres!.ConnectionString);
        var folder = Directory.CreateDirectory(Path.Combine(server.Root, "wal")).FullName;
        await using var receiver = WatchedProcess.Start(
            "pg_receivewal",
            ["-h", at.Host!, "-p", at.Port.ToString(CultureInfo.InvariantCulture), "-U", at.Username!, "-D", folder],
            new() { Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = at.Password } });
        await using var pool = Connect();

        IReadOnlyList<string> warnings = [];
        await Until.True("the standby is there", async () => (warnings = await Check(pool)).Count > 0);
        Assert.StartsWith("1 standbys of the database replicate asynchronously", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private async Task Refused(string where, string set, string reset, string options = "")
    {
        await using (var pool = Connect()) await Run(pool, set);
        await using (var pool = Connect(options: options))
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Check(pool));
            Assert.Contains($"set in: {where})", refused.Message, StringComparison.Ordinal);
            Assert.EndsWith("set it to on.", refused.Message, StringComparison.Ordinal);
        }

        await using (var pool = Connect()) await Run(pool, reset);
    }

    private NpgsqlDataSource Connect(bool ours = false, string options = "")
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres!.ConnectionString) { Pooling = false };
        if (!ours) settings.Options = options;
        return NpgsqlDataSource.Create(settings.ConnectionString);
    }

    private static async Task Run(NpgsqlDataSource pool, string sql)
    {
        await using var command = pool.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<string>> Check(NpgsqlDataSource pool)
    {
        var said = new ConcurrentQueue<string>();
        using var logs = new LogLines(said);
        await ServerDurability.Check(pool, logs.CreateLogger(nameof(ServerDurability)), CancellationToken.None);
        return [.. said];
    }
}
