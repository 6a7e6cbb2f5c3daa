using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Installations;
using VideoGen.Storage.Reconciles;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Reconciles;

/// <summary>What keeps a host from paying besides pauses: a clock that cannot be right, and a database that is not the one it remembers.</summary>
public sealed class LastLookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime, IDisposable
{
    private static readonly SpendLimits Ten = new(10, null, TimeSpan.FromHours(1), null, TimeSpan.FromMinutes(15));

    private readonly string folder = Directory.CreateTempSubdirectory("videogen-look-").FullName;
    private readonly PostgresInstallation installation = new(database.Pool);
    private int submits;

    public async Task InitializeAsync()
    {
        await database.Run("truncate videogen.pauses, videogen.submits, videogen.reconciles");
        await installation.Load(CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(-7.0, "ahead of")]
    [InlineData(7.0, "behind")]
    [InlineData(-4000.0, "ahead of")]
    public async Task A_clock_that_is_more_than_5_seconds_apart_holds_every_paid_submit_and_counts_none(double hostIsAhead, string where)
    {
        var time = new ShiftedTime(TimeSpan.FromSeconds(hostIsAhead));
        var (pauses, clocks, _) = await Host(time);
        for (var i = 0; i < 12; i++)
        {
            var held = await Pass(pauses);
            Assert.Equal((PauseKind.Host, Scopes.Global), (held!.Kind, held.Scope));
            Assert.Contains($"s {where} this host's", held.Reason, StringComparison.Ordinal);
            Assert.Equal(clocks.Apart, held.Reason);
        }

        // Known to whoever may not wait, too; and the spend breaker has counted nothing.
        await pauses.Load(CancellationToken.None);
        Assert.Equal(PauseKind.Host, Assert.Single(pauses.Known).Kind);
        Assert.Equal((0L, 0L), (await database.One<long>("select count(*) from videogen.submits"), await database.One<long>("select count(*) from videogen.pauses")));

        time.By = TimeSpan.Zero;
        Assert.Null(await Pass(pauses));
        Assert.Null(clocks.Apart);
        Assert.Empty(pauses.Known);
    }

    [Theory]
    [InlineData(-4.0)]
    [InlineData(4.0)]
    public async Task One_that_is_less_apart_holds_nothing(double hostIsAhead)
    {
        var (pauses, clocks, _) = await Host(new ShiftedTime(TimeSpan.FromSeconds(hostIsAhead)));

        Assert.Null(await Pass(pauses));
        Assert.Null(clocks.Apart);
    }

    [Fact]
    public async Task A_look_that_is_on_its_way_for_long_says_nothing_about_clocks()
    {
        var time = new ShiftedTime(TimeSpan.Zero);
        var clocks = new ClockWatch(time, NullLogger<ClockWatch>.Instance);
        var before = time.GetUtcNow();
        time.By = TimeSpan.FromSeconds(20);

        Assert.Null(clocks.Compare(before, before));
        Assert.Null(clocks.Compare(before + TimeSpan.FromSeconds(24), before));
        Assert.NotNull(clocks.Compare(before + TimeSpan.FromSeconds(26), before));
        Assert.NotNull(clocks.Compare(before - TimeSpan.FromSeconds(6), before));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task What_passes_is_remembered_on_disk_before_it_is_told()
    {
        var (pauses, _, memory) = await Host();
        for (var i = 0; i < 3; i++)
        {
            await database.Run("create table if not exists grows (n integer)");
            await database.Run("insert into grows values (1)");
            var intended = await database.One<string>("select pg_current_wal_flush_lsn()::text");
            Assert.Null(await Pass(pauses));

            var onDisk = memory.Read()!;
            Assert.True(onDisk.Position >= NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(intended));
            Assert.Equal($"n{submits}", onDisk.LastSubmit!.Nonce);
        }
    }

    [Theory]
    [InlineData("another server")]
    [InlineData("timeline")]
    [InlineData("a backup was restored")]
    [InlineData("does not know the last paid submit")]
    [InlineData("installation")]
    public async Task A_database_that_is_not_as_remembered_pays_nothing_for_any_host_until_that_is_settled(string words)
    {
        var (pauses, _, memory) = await Host();
        var (others, _, _) = await Host(name: "database-2.json");
        Assert.Null(await Pass(pauses));
        var known = memory.Known!;
        if (words.StartsWith("does not know", StringComparison.Ordinal)) await database.Run("delete from videogen.submits");
        else
        {
            await memory.Begin(words switch
            {
                "another server" => known with { System = "1" },
                "timeline" => known with { Timeline = known.Timeline + 1 },
                "installation" => known with { Installation = "zzzzzzzz" },
                _ => known with { Position = new((ulong)known.Position + 1_000_000_000_000) },
            });
        }

        var held = await Pass(pauses);
        Assert.Equal((Scopes.Global, PauseKind.Reconcile, null), (held!.Scope, held.Kind, held.Until));
        Assert.Contains(words, held.Reason, StringComparison.Ordinal);
        Assert.Equal(held, await Pass(others));
        Assert.Equal(held, await Pass(pauses)); // The same one still: it is believed as it is now, and held by the row.
        Assert.Empty(await pauses.Lift(Scopes.Global, CancellationToken.None));
        Assert.Equal(held, await Pass(others));

        var table = new ReconcileTable(database.Pool);
        var (id, reconcile) = (await table.Last(CancellationToken.None))!.Value;
        Assert.Equal((held.Reason, null), (reconcile.Reason, reconcile.Ended));
        Assert.True(await table.End(id, byOperator: true, "The invoice is right.", CancellationToken.None));
        Assert.False(await table.End(id, byOperator: true, "Twice.", CancellationToken.None));
        Assert.Null(await Pass(pauses));
        Assert.Null(await Pass(others));
        Assert.Equal("The invoice is right.", (await table.Last(CancellationToken.None))!.Value.Reconcile.Ended!.Reason);
    }

    [SmallDiskFact]
    public async Task A_full_disk_holds_every_paid_submit_says_so_and_lets_them_go_when_there_is_room()
    {
        await using var disk = SmallDisk.Mount(megabytes: 1);
        var (pauses, _, _) = await Host(at: disk.Folder);
        await disk.Fill(butBytes: 0);
        for (var i = 0; i < 12; i++)
        {
            var held = await Pass(pauses);
            Assert.Equal(PauseKind.Host, held!.Kind);
            Assert.Contains("cannot be written", held.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(PauseKind.Host, Assert.Single(pauses.Known).Kind);
        Assert.Equal(1L, await database.One<long>("select count(*) from videogen.submits")); // The first one, which found that out.

        disk.MakeRoom();
        Assert.Null(await Pass(pauses));
        Assert.Empty(pauses.Known);
    }

    private async Task<(PostgresPauses Pauses, ClockWatch Clocks, DatabaseMemory Memory)> Host(TimeProvider? time = null, string name = DatabaseMemory.Name, string? at = null)
    {
        var clocks = new ClockWatch(time ?? TimeProvider.System, NullLogger<ClockWatch>.Instance);
        var memory = new DatabaseMemory(at ?? folder, name, TimeProvider.System, NullLogger<DatabaseMemory>.Instance);
        await memory.Begin(await MarkQuery.Read(database.Pool, CancellationToken.None) with { Installation = installation.Id });
        return (new(database.Pool, clocks, TimeProvider.System, NullLogger<PostgresPauses>.Instance, memory), clocks, memory);
    }

    private Task<Pause?> Pass(PostgresPauses pauses) =>
        pauses.Pass(new("v-a", 1, 1, $"n{++submits}", new Owner("bot", "ann"), "acme", 3.2m), Ten, CancellationToken.None);
}
