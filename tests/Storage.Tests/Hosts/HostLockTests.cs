using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Hosts;

using HostLock = VideoGen.Storage.Hosts.HostLock; // The private server has a lock of that name too.

public sealed class HostLockTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(10);
    private static readonly HostClaim Silo = new HostClaim.Silo("videogen", "videogen");

    [Fact]
    public async Task One_process_alone_keeps_every_other_out_and_says_who_it_is()
    {
        await using var alone = await Take(new HostClaim.Alone());

        var second = await Assert.ThrowsAsync<HostLockException>(() => Take(new HostClaim.Alone()));
        var silo = await Assert.ThrowsAsync<HostLockException>(() => Take(Silo));

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Another process runs on this database: 'videogen process {Environment.ProcessId} on "),
            second.Message, StringComparison.Ordinal);
        Assert.StartsWith("A process that has to be alone runs on this database", silo.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_share_and_keep_a_process_that_must_be_alone_out()
    {
        await using var one = await Take(Silo);
        await using var two = await Take(Silo);

        await Assert.ThrowsAsync<HostLockException>(() => Take(new HostClaim.Alone()));
    }

    [Theory]
    [InlineData("another", "videogen")]
    [InlineData("videogen", "another")]
    public async Task Silos_of_another_cluster_are_kept_out_until_the_last_of_this_one_is_gone(string clusterId, string serviceId)
    {
        var stranger = new HostClaim.Silo(clusterId, serviceId);
        var one = await Take(Silo);
        var two = await Take(Silo);

        var refused = await Assert.ThrowsAsync<HostLockException>(() => Take(stranger));
        Assert.Contains($"Silos of another cluster run on this database: 'videogen process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"This one has Cluster:ClusterId '{clusterId}' and Cluster:ServiceId '{serviceId}'", refused.Message, StringComparison.Ordinal);
        await one.DisposeAsync();
        await Assert.ThrowsAsync<HostLockException>(() => Take(stranger));
        await two.DisposeAsync();

        await using var next = await Take(stranger, new() { StartPatience = Never, ProbeEvery = TimeSpan.FromMilliseconds(10) });
        await Assert.ThrowsAsync<HostLockException>(() => Take(Silo));
    }

    [Fact]
    public async Task A_silo_that_finds_itself_alone_declares_those_dead_that_are_listed_as_alive()
    {
        await database.Run("insert into videogen.cluster_versions (cluster_id, version) values ('videogen', 7), ('elsewhere', 7)");
        await database.Run(
            """
            insert into videogen.cluster_members (cluster_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_at)
            select c, '10.0.0.' || n, 11111, 1, 'silo', 'host', case n when 3 then 6 else 3 end, 30000, now(), now()
            from unnest(array['videogen', 'elsewhere']) c, generate_series(1, 3) n
            """);

        await using var alone = await Take(Silo);
        Assert.Equal((3, 8), (await Dead("videogen"), await Version("videogen")));
        Assert.Equal((1, 7), (await Dead("elsewhere"), await Version("elsewhere")));

        await database.Run("update videogen.cluster_members set status = 3 where cluster_id = 'videogen' and address = '10.0.0.1'");
        await using var second = await Take(Silo);
        Assert.Equal((2, 8), (await Dead("videogen"), await Version("videogen")));

        Task<long> Dead(string cluster) => database.One<long>("select count(*) from videogen.cluster_members where status = 6 and cluster_id = $1", cluster);
        Task<int> Version(string cluster) => database.One<int>("select version from videogen.cluster_versions where cluster_id = $1", cluster);
    }

    [Fact]
    public async Task A_silo_that_regains_its_lock_declares_nobody_dead()
    {
        await using var held = await Take(new HostClaim.Silo("regained", "videogen"), new() { LostAfter = Never, ProbeEvery = TimeSpan.FromMilliseconds(10) });
        await database.Run("insert into videogen.cluster_versions (cluster_id) values ('regained')");
        await database.Run(
            """
            insert into videogen.cluster_members (cluster_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_at)
            values ('regained', '10.0.0.1', 11111, 1, 'itself', 'host', 3, 30000, now(), now())
            """);
        var first = await Holder();
        await Terminate(first);
        await Until.True("the lock is on another connection", async () => await TryHolder() is { } now && now != first);

        Assert.Equal(3, await database.One<int>("select status from videogen.cluster_members where cluster_id = 'regained'"));
    }

    [Fact]
    public async Task Of_two_clusters_that_start_at_once_one_has_the_database()
    {
        for (var round = 0; round < 20; round++)
        {
            var takes = Enumerable.Range(0, 4).Select(n => Take(new HostClaim.Silo($"cluster-{n % 2}", "videogen"), new() { StartPatience = TimeSpan.Zero })).ToArray();
            await ((Task)Task.WhenAll(takes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            Assert.All(takes.Where(t => !t.IsCompletedSuccessfully), t => Assert.IsType<HostLockException>(t.Exception?.InnerException));
            var in0 = takes.Where((t, n) => n % 2 == 0 && t.IsCompletedSuccessfully).Count();
            var in1 = takes.Where((t, n) => n % 2 == 1 && t.IsCompletedSuccessfully).Count();
            Assert.Equal((2, 0), (Math.Max(in0, in1), Math.Min(in0, in1)));
            foreach (var taken in takes.Where(t => t.IsCompletedSuccessfully)) await (await taken).DisposeAsync();
            await Until.True("all are gone", async () => await TryHolder() is null);
        }
    }

    [Fact]
    public async Task A_start_waits_for_the_one_that_ends()
    {
        var ends = await Take(new HostClaim.Alone());
        var waits = Take(new HostClaim.Alone(), new() { StartPatience = Never, ProbeEvery = TimeSpan.FromMilliseconds(10) });
        await Until.True("the second one has asked for the lock", async () => await Sessions() >= 2);
        Assert.False(waits.IsCompleted);

        await ends.DisposeAsync();

        await using var starts = await waits;
        Assert.False(starts.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_connection_that_ends_is_replaced_and_nothing_is_lost()
    {
        await using var held = await Take(new HostClaim.Alone(), new() { LostAfter = Never, ProbeEvery = TimeSpan.FromMilliseconds(10) });
        var first = await Holder();
        await Terminate(first);

        await Until.True("the lock is on another connection", async () => await TryHolder() is { } now && now != first);
        Assert.False(held.Lost.IsCancellationRequested);
        await Assert.ThrowsAsync<HostLockException>(() => Take(new HostClaim.Alone()));
    }

    [Fact]
    public async Task A_lock_that_another_process_took_meanwhile_is_declared_lost()
    {
        await using var stale = await Take(
            new HostClaim.Alone(), new() { LostAfter = TimeSpan.FromMilliseconds(700), ProbeEvery = TimeSpan.FromMilliseconds(300) });
        await using var next = await database.Connections.OpenOwn(CancellationToken.None);

        await Terminate(await Holder());
        await Until.True("another process has it", async () => await Scalar<bool>(next, $"select pg_try_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Host})"));

        await Until.True("the first one knows", () => stale.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_database_that_hangs_is_a_lost_lock_too()
    {
        await using var held = await Take(new HostClaim.Alone(), new()
        {
            LostAfter = TimeSpan.FromSeconds(1), ProbeEvery = TimeSpan.FromMilliseconds(50), ProbeTimeout = TimeSpan.FromMilliseconds(200),
        });
        var backend = await Holder();
        await Signals.Send("STOP", backend);
        try
        {
            await Until.True("the holder of a hanging connection knows", () => held.Lost.IsCancellationRequested);
        }
        finally
        {
            await Signals.Send("CONT", backend);
        }
    }

    [Fact]
    public async Task A_process_that_was_frozen_with_its_connection_alive_has_lost_nothing()
    {
        var time = new ManualTime();
        var began = await Queries();
        await using var held = await HostLock.Take(
            database.Connections, new HostClaim.Alone(), new(), time, NullLogger<HostLock>.Instance, CancellationToken.None);

        time.Advance(TimeSpan.FromHours(1)); // No probe was under way, so none is unanswered.
        await Until.True("the probe after it is answered", async () => await Queries() > began);

        Assert.False(held.Lost.IsCancellationRequested);

        // The connection's last statement is the probe's.
        async Task<long> Queries() => await database.One<long>(
            """
            select count(*) from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.objid = $1::oid and a.query = 'select pg_backend_pid()' and a.state = 'idle'
              and a.datname = current_database()
            """, (long)AdvisoryLocks.Host);
    }

    [Fact]
    public async Task Giving_it_back_is_no_loss()
    {
        var held = await Take(new HostClaim.Alone());
        var lost = false;
        held.Lost.Register(() => lost = true);
        await held.DisposeAsync();
        Assert.False(lost);

        await using var next = await Take(new HostClaim.Alone(), new() { StartPatience = Never, ProbeEvery = TimeSpan.FromMilliseconds(10) });
    }

    [Fact]
    public async Task A_database_that_refuses_us_is_not_waited_for()
    {
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong" }.ConnectionString;
        await using var connections = new PostgresConnections(wrong);

        await Assert.ThrowsAsync<PostgresException>(() => HostLock.Take(
            connections, new HostClaim.Alone(), new() { StartPatience = Never }, TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None));
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for_and_then_named()
    {
        var away = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = 1 }.ConnectionString;
        await using var connections = new PostgresConnections(away);

        await Assert.ThrowsAsync<NpgsqlException>(() => HostLock.Take(
            connections, new HostClaim.Alone(), Impatient, TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None));
    }

    private static HostLockOptions Impatient => new()
    {
        StartPatience = TimeSpan.FromMilliseconds(300), ProbeEvery = TimeSpan.FromMilliseconds(20),
    };

    private Task<HostLock> Take(HostClaim claim, HostLockOptions? options = null) => HostLock.Take(
        database.Connections, claim, options ?? Impatient, TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None);

    private async Task<int> Holder()
    {
        int? holder = null;
        await Until.True("somebody holds the lock", async () => (holder = await TryHolder()) is not null);
        return holder!.Value;
    }

    private async Task<int?> TryHolder()
    {
        var pid = await database.One<int>(
            """
            select coalesce(min(l.pid), 0) from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.classid = $1::oid and l.objid = $2::oid
              and l.database = (select oid from pg_database where datname = current_database())
            """, (long)AdvisoryLocks.Space, (long)AdvisoryLocks.Host);
        return pid == 0 ? null : pid;
    }

    // Sessions whose last statement asked for the lock.
    private Task<long> Sessions() => database.One<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and (query like 'select pg_try_advisory_lock(%' or query = 'select pg_backend_pid()')");

    private Task Terminate(int backend) => database.Run("select pg_terminate_backend($1)", backend);

    private static async Task<T> Scalar<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
