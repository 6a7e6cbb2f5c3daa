using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Installations;
using VideoGen.Storage.Reconciles;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Reconciles;

using HostLock = VideoGen.Storage.Hosts.HostLock; // The private server has a lock of that name too.

/// <summary>What a host makes of its database before anything of it runs.</summary>
public sealed class StartLookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("videogen-start-").FullName;
    private readonly PostgresInstallation installation = new(database.Pool);
    private readonly ConcurrentQueue<string> said = new();

    public async Task InitializeAsync()
    {
        await database.Run("truncate videogen.pauses, videogen.submits, videogen.reconciles, videogen.jobs");
        await installation.Load(CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_empty_database_is_believed_and_remembered()
    {
        var memory = await Start();

        Assert.Null(await Open());
        Assert.Equal((installation.Id, memory.Known), (memory.Read()!.Installation, memory.Read()));
        await Start();
        Assert.Null(await Open());
        Assert.Empty(said);
    }

    [Fact]
    public async Task One_with_requests_and_no_memory_of_it_is_doubted_and_the_doubt_survives_restarts()
    {
        await Ask();
        await Start();
        Assert.Contains("remembers nothing of the database, which is not empty", (await Open())!.Reason, StringComparison.Ordinal);
        Assert.Contains("/api/admin/reconcile", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(1L, await database.One<long>("select count(*) from videogen.pauses where kind = 'reconcile' and scope = 'global' and until is null"));

        var since = (await Open())!.Since;
        await Start(); // Now it has a memory, and the doubt is a row.
        Assert.Equal((since, 2), ((await Open())!.Since, said.Count));
    }

    [Theory]
    [InlineData("installation")]
    [InlineData("another server")]
    [InlineData("timeline")]
    [InlineData("a backup was restored")]
    [InlineData("does not know the last paid submit")]
    [InlineData("cannot be read")]
    public async Task One_that_is_not_as_remembered_is_doubted(string words)
    {
        var mark = await Mark();
        await Memory().Begin(words switch
        {
            "installation" => mark with { Installation = "zzzzzzzz" },
            "another server" => mark with { System = "1" },
            "timeline" => mark with { Timeline = mark.Timeline + 1 },
            "a backup was restored" => mark with { Position = new((ulong)mark.Position + 1_000_000_000_000) },
            _ => mark with { LastSubmit = new("n1", TimeProvider.System.GetUtcNow()) },
        });
        if (words == "cannot be read") await File.WriteAllTextAsync(Memory().Path, "{");

        await Start();

        Assert.Contains(words, (await Open())!.Reason, StringComparison.Ordinal);
        Assert.Null(Memory().Read()!.LastSubmit);
    }

    [Fact]
    public async Task A_submit_that_is_older_than_what_is_kept_need_not_be_known()
    {
        await Memory().Begin(await Mark() with { LastSubmit = new("n1", TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(3)) });
        await Start();
        Assert.Null(await Open());
    }

    [Fact]
    public async Task A_new_silo_of_a_cluster_that_runs_stops_nobody()
    {
        await Ask();
        // Another process, as its connections say who they are: it has run for longer.
        await using var other = new PostgresConnections(database.ConnectionString + ";Application Name=other");
        await using var held = await Take(other);
        await using (await Take(database.Connections))
        {
            var memory = await Start();
            Assert.Null(await Open());
            Assert.NotNull(memory.Read());
        }

        // The one that ran for longer has to look for both.
        File.Delete(Memory().Path);
        await Start(other);
        Assert.NotNull(await Open());
    }

    [SmallDiskFact]
    public async Task A_folder_that_cannot_be_written_keeps_no_host_from_starting()
    {
        await using var disk = SmallDisk.Mount(megabytes: 1);
        await disk.Fill(butBytes: 0);
        var memory = new DatabaseMemory(disk.Folder, DatabaseMemory.Name, TimeProvider.System, NullLogger<DatabaseMemory>.Instance);
        await Start(database.Connections, memory);

        Assert.Contains("cannot be written", memory.Trouble, StringComparison.Ordinal);
        Assert.NotNull(memory.Known);
    }

    private Task Ask() => database.Run("insert into videogen.jobs (account, job_id, request_key, round, attempt) values ('acme', 'j', 'v-a', 1, 1)");

    private Task<DatabaseMemory> Start(PostgresConnections? connections = null) => Start(connections ?? database.Connections, Memory());

    private async Task<DatabaseMemory> Start(PostgresConnections connections, DatabaseMemory memory)
    {
        using var logs = new LogLines(said);
        await new StartLook(new(connections.Pool), memory, TimeProvider.System, new Logger<StartLook>(new LoggerFactory([logs]))).Look(await Mark(), CancellationToken.None);
        return memory;
    }

    private async Task<DatabaseMark> Mark() => await MarkQuery.Read(database.Pool, CancellationToken.None) with { Installation = installation.Id };

    private async Task<VideoGen.Budgets.Reconcile?> Open() => await new ReconcileTable(database.Pool).Last(CancellationToken.None) is { Reconcile: { Ended: null } open } ? open : null;

    private DatabaseMemory Memory() => new(folder, DatabaseMemory.Name, TimeProvider.System, NullLogger<DatabaseMemory>.Instance);

    private static Task<HostLock> Take(PostgresConnections connections) => HostLock.Take(
        connections, new HostClaim.Silo("videogen", "videogen"), new(), TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None);
}
