using Npgsql;
using VideoGen.Budgets;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests.Conformance;

namespace VideoGen.Storage.Tests.Budgets;

public sealed class PostgresMoneyLedgerTests(StorageDatabase database) : MoneyLedgerConformance, IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly Payment Anns = new(new("bot", "ann"), "sim", "acme", new(2026, 11, 21));
    private static readonly AccountId Everybodys = new(Scopes.Global, "2026-11");

    public Task InitializeAsync() => LedgerTables.Empty(database);

    public Task DisposeAsync() => Task.CompletedTask;

    protected override Task With(Func<MoneyLedgerUnderTest, Task> test) =>
        test(new(new PostgresMoneyLedger(database.Pool), () => LedgerTables.History(database)));

    protected override int AtOnce => 64;

    [Fact]
    public async Task Changes_at_once_over_the_connections_of_eight_processes_lose_nothing()
    {
        await using (var processes = new EightProcesses(database))
        {
            await processes.Call(64, async (pool, i) =>
            {
                await Reserve(new(pool), i);
                return i;
            });
        }

        Assert.Equal((64m, 64L, 64L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task A_database_whose_default_is_another_isolation_loses_nothing_either()
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 8, Options = "-c default_transaction_isolation=serializable" });

        await Task.WhenAll(Enumerable.Range(1, 64).Select(round => Task.Run(() => Reserve(new(pool), round))));

        Assert.Equal((64m, 64L, 64L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task A_session_that_is_ended_between_reading_and_writing_has_changed_nothing()
    {
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new PostgresMoneyLedger(database.Pool).Change(
            Touching(1),
            rows =>
            {
                Holder("pg_terminate_backend(pid)").GetAwaiter().GetResult();
                return OneMore(rows, new("v-cat", 1), Everybodys);
            },
            CancellationToken.None));
        Assert.Equal((0m, 0L, 0L), (await Sum(), await Rows("funds"), await Rows("ledger")));

        await Reserve(new(database.Pool), 1);
        Assert.Equal((1m, 1L, 1L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task A_process_that_is_frozen_while_it_holds_the_lock_holds_the_others_up_for_a_few_seconds_and_has_changed_nothing()
    {
        using var frozen = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var change = Task.Run(() => new PostgresMoneyLedger(database.Pool).Change(
            Touching(1),
            rows =>
            {
                frozen.Set();
                goOn.Wait(TimeSpan.FromMinutes(1));
                return OneMore(rows, new("v-cat", 1), Everybodys);
            },
            CancellationToken.None));
        Assert.True(frozen.Wait(TimeSpan.FromSeconds(30)));
        var began = TimeProvider.System.GetTimestamp();

        await Reserve(new(database.Pool), 2); // Waits for the lock, and gets it from the server.

        // Not at once, for the lock was held; how long exactly is the server's clock, and it began before ours.
        Assert.True(TimeProvider.System.GetElapsedTime(began) > PostgresMoneyLedger.LongestStandstill / 2);
        goOn.Set();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => change);
        Assert.Equal((1m, 1L, 1L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task Who_waits_too_long_for_the_lock_is_told_and_the_connections_work_as_before()
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 });
        var ledger = new PostgresMoneyLedger(pool);
        await Reserve(ledger, 1);
        await using (var other = await database.Connections.OpenOwn(CancellationToken.None))
        {
            // Held by somebody whom no time-out ends. The statements that are left out then were about to be prepared.
            await Execute(other, $"select pg_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Money})");
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Reserve(ledger, 2));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
        }

        for (var round = 3; round < 8; round++) await Reserve(ledger, round);
        Assert.Equal((6m, 6L, 6L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_changes_nothing_and_the_connections_work_as_before()
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 });
        var ledger = new PostgresMoneyLedger(pool);
        await using (var other = await database.Connections.OpenOwn(CancellationToken.None))
        {
            await Execute(other, $"select pg_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Money})");
            using var leaving = new CancellationTokenSource();
            var change = ledger.Change(Touching(1), rows => OneMore(rows, new("v-cat", 1), Everybodys), leaving.Token);
            await Until.True("it waits for the lock", async () => await database.One<long>(
                $"select count(*) from pg_locks l where l.locktype = 'advisory' and not l.granted and l.objid = {AdvisoryLocks.Money}") == 1);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
        }

        for (var round = 2; round < 7; round++) await Reserve(ledger, round);
        Assert.Equal((5m, 5L, 5L), (await Sum(), await Rows("funds"), await Rows("ledger")));
    }

    [Fact]
    public async Task No_line_of_the_history_can_be_changed_or_removed()
    {
        await Reserve(new(database.Pool), 1);

        foreach (var attempt in new[] { "update videogen.ledger set usd = 0", "delete from videogen.ledger", "truncate videogen.ledger" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Run(attempt));
            Assert.Contains("only ever added to", refused.MessageText, StringComparison.Ordinal);
        }

        Assert.Equal(1, await Rows("ledger"));
    }

    [Fact]
    public async Task Rows_are_found_by_their_keys_although_the_plan_was_made_when_there_were_none()
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 });
        var ledger = new PostgresMoneyLedger(pool);
        for (var round = 1; round < 10; round++) await Reserve(ledger, round);
        await database.Run(
            """
            insert into videogen.funds select 'v-many', i, '', 1, 'reserved', 'bot', 'ann', 'sim', 'acme', '2026-11-21', 1, 1, null from generate_series(1, 20000) i;
            """);
        var before = await database.One<long>("select coalesce(seq_scan, 0) from pg_stat_user_tables where schemaname = 'videogen' and relname = 'funds'");
        for (var round = 10; round < 30; round++) await Reserve(ledger, round);

        await Execute(await pool.OpenConnectionAsync(), "select pg_stat_force_next_flush()");
        Assert.Equal(before, await database.One<long>("select coalesce(seq_scan, 0) from pg_stat_user_tables where schemaname = 'videogen' and relname = 'funds'"));
    }

    private static Task Reserve(PostgresMoneyLedger ledger, int round) =>
        ledger.Change(Touching(round), rows => OneMore(rows, new("v-cat", round), Everybodys), CancellationToken.None);

    private static Dictionary<FundsId, Payment> Touching(int round) => new() { [new("v-cat", round)] = Anns };

    private async Task<decimal> Sum() => (await new PostgresMoneyLedger(database.Pool).Read([Everybodys], CancellationToken.None)).GetValueOrDefault(Everybodys)?.ReservedUsd ?? 0;

    private Task<long> Rows(string table) => database.One<long>($"select count(*) from videogen.{table}");

    /// <summary>Asks the server something of the session that holds the lock.</summary>
    private Task<bool> Holder(string what) => database.One<bool>(
        $"select {what} from pg_locks l where {AdvisoryLocks.Held($"l.classid = {AdvisoryLocks.Space} and l.objid = {AdvisoryLocks.Money}")}");

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
