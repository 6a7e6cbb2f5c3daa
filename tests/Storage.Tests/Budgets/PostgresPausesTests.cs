using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Reconciles;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests.Conformance;

namespace VideoGen.Storage.Tests.Budgets;

public sealed class PostgresPausesTests(StorageDatabase database) : PausesConformance, IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly SpendLimits Ten = new(10, null, TimeSpan.FromHours(1), null, TimeSpan.FromMinutes(15));

    private readonly string folder = Directory.CreateTempSubdirectory("videogen-pauses-").FullName;
    private DatabaseMark? mark;
    private int hosts;

    public async Task InitializeAsync()
    {
        await database.Run("truncate videogen.pauses, videogen.submits");
        mark = await MarkQuery.Read(database.Pool, CancellationToken.None);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override async Task With(Func<PausesUnderTest, Task> test)
    {
        using var pauses = await New(database.Pool);
        await test(new UnderTest(database, pauses));
    }

    [Fact]
    public async Task Of_callers_at_once_of_eight_processes_exactly_so_many_pass_as_may()
    {
        await using var processes = new EightProcesses(database);
        var answers = await processes.Call(64, async (pool, i) =>
        {
            using var pauses = await New(pool);
            return await pauses.Pass(Submit($"n{i}"), Ten, CancellationToken.None);
        });

        Assert.Equal(10, answers.Count(a => a is null));
        Assert.Single(answers.OfType<Pause>().Distinct()); // One of them tripped it, and the others found it so.
        Assert.Equal(10, await database.One<long>("select count(*) from videogen.submits"));
    }

    [Fact]
    public async Task Looks_of_one_process_at_once_share_a_commit_and_each_has_its_own_answer()
    {
        using var pauses = await New(database.Pool);
        await pauses.Set(new(Scopes.Provider("closed"), PauseKind.Operator, "Stop.", TimeProvider.System.GetUtcNow(), null), CancellationToken.None);

        var limits = Ten with { SubmitsPerMinute = 150 };
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() =>
            pauses.Pass(Submit($"n{i}") with { Account = i % 3 == 0 ? "closed" : "acme" }, limits, CancellationToken.None))));

        Assert.Equal((150, 0), (answers.Count(answer => answer is null), answers.Where((answer, i) => i % 3 == 0 && answer is null).Count()));
        Assert.Superset(new HashSet<PauseKind>([PauseKind.Operator, PauseKind.SpendBreaker]), answers.OfType<Pause>().Select(answer => answer.Kind).ToHashSet());
        Assert.Equal(150L, await database.One<long>("select count(*) from videogen.submits"));
        Assert.InRange(await database.One<long>("select count(distinct xmin::text) from videogen.submits"), 1, 75);
    }

    [Fact]
    public async Task A_database_whose_default_is_another_isolation_lets_nothing_through_uncounted()
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c default_transaction_isolation=serializable" });
        using var pauses = await New(pool);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => pauses.Pass(Submit("n1"), Ten, CancellationToken.None));
        Assert.Contains("read committed", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_nonce_from_two_processes_at_once_is_one_submit()
    {
        for (var race = 0; race < 50; race++)
        {
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                using var pauses = await New(database.Pool);
                return await pauses.Pass(Submit($"same-{race}"), Ten with { SubmitsPerMinute = 50 }, CancellationToken.None);
            })));
        }

        Assert.Equal((50L, 0L), (await database.One<long>("select count(*) from videogen.submits"), await database.One<long>("select count(*) from videogen.pauses")));
    }

    [Fact]
    public async Task Old_submits_are_swept_by_whoever_submits_and_those_that_count_stay()
    {
        await database.Run(
            """
            insert into videogen.submits
            select 'old' || i, now() - interval '49 hours', 'bot', 'ann', 'acme', 4, 'v-a', 1, 1 from generate_series(1, 500) i
            union all select 'yesterday', now() - interval '47 hours', 'bot', 'ann', 'acme', 4, 'v-a', 1, 1
            """);
        await using var processes = new EightProcesses(database);

        // Several sweep at once.
        var answers = await processes.Call(64, async (pool, i) =>
        {
            using var pauses = await New(pool);
            return await pauses.Pass(Submit($"n{i}"), Ten with { SubmitsPerMinute = 64 }, CancellationToken.None);
        });

        Assert.All(answers, Assert.Null);
        Assert.Equal((65L, 1L), (await database.One<long>("select count(*) from videogen.submits"), await database.One<long>("select count(*) from videogen.submits where nonce = 'yesterday'")));
    }

    [Fact]
    public async Task What_another_process_paused_is_known_a_second_later()
    {
        var time = new ManualTime();
        using var here = await New(database.Pool, time);
        using var there = await New(database.Pool);
        var pause = new Pause(Scopes.Global, PauseKind.Operator, "Stop.", new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), null);
        await here.StartAsync(CancellationToken.None);
        Assert.Empty(here.Known);

        await there.Set(pause, CancellationToken.None);
        await Until.True("the pause is known", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return here.Known is [var only] && only == pause;
        });
        await there.Lift(Scopes.Global, CancellationToken.None);
        await Until.True("its end is known", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return here.Known.Count == 0;
        });
        await here.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task While_the_database_is_away_what_was_known_stays_known_and_nothing_passes()
    {
        var time = new ManualTime();
        using var pauses = await New(database.Pool, time);
        await pauses.Set(new(Scopes.Client("bot"), PauseKind.Operator, "Stop.", time.GetUtcNow(), null), CancellationToken.None);
        await pauses.Load(CancellationToken.None);
        await pauses.StartAsync(CancellationToken.None);
        await database.Run("alter table videogen.pauses rename to away");
        try
        {
            time.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 3; i++) await Assert.ThrowsAsync<PostgresException>(() => pauses.Pass(Submit("n1"), Ten, CancellationToken.None));
            Assert.Single(pauses.Known);
        }
        finally
        {
            await database.Run("alter table videogen.away rename to pauses");
        }

        Assert.Equal("Stop.", (await pauses.Pass(Submit("n1"), Ten, CancellationToken.None))!.Reason);
        await pauses.StopAsync(CancellationToken.None);
    }

    private async Task<PostgresPauses> New(NpgsqlDataSource pool, TimeProvider? time = null)
    {
        var memory = new DatabaseMemory(folder, DatabaseMemory.NameFor(Interlocked.Increment(ref hosts)), TimeProvider.System, NullLogger<DatabaseMemory>.Instance);
        await memory.Begin(mark!);
        return new(pool, new ClockWatch(TimeProvider.System, NullLogger<ClockWatch>.Instance), time ?? TimeProvider.System, NullLogger<PostgresPauses>.Instance, memory);
    }

    private static PaidSubmit Submit(string nonce) => new("v-a", 1, 1, nonce, new Owner("bot", "ann"), "acme", 3.2m);

    private sealed class UnderTest(StorageDatabase database, IPauses pauses) : PausesUnderTest(pauses)
    {
        public override DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

        // Everything that is stored is so much older: to the database's clock that is the same.
        public override Task Elapse(TimeSpan by) => database.Run(
            $"with older as (update videogen.submits set at = at - {Interval(by)}) update videogen.pauses set since = since - {Interval(by)}, until = until - {Interval(by)}");

        private static string Interval(TimeSpan by) => $"interval '{by.TotalSeconds} seconds'";
    }
}
