using VideoGen.Storage.States;

namespace VideoGen.Storage.Tests.States;

public sealed class WakeBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const int Many = 20_000;

    private readonly WakeBook book = new(database.Connections);

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_is_owed_comes_in_pages_each_once()
    {
        await database.Run(
            """
            insert into videogen.grain_state (state_name, grain_key, version, state)
            select 'videorequest', 'v-' || i, 1, jsonb_build_object('wakeAt', i) from generate_series(1, 250) i
            union all select 'videorequest', 'v-ended-' || i, 1, '{}' from generate_series(1, 50) i
            """);
        var pages = new List<int>();
        var keys = new List<string>();
        for (string? after = null; ;)
        {
            var page = await book.Owed(201, after, 64, CancellationToken.None);
            pages.Add(page.Count);
            keys.AddRange(page.Select(o => o.GrainKey));
            if (page.Count < 64) break;
            after = page[^1].GrainKey;
        }

        Assert.Equal([64, 64, 64, 8], pages);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"v-{i}").Order(StringComparer.Ordinal), keys);
    }

    [Fact]
    public async Task A_sweep_over_many_ended_requests_reads_only_what_is_owed()
    {
        await database.Run(
            $$"""
            insert into videogen.grain_state (state_name, grain_key, version, state)
            select 'videorequest', 'v-' || i, 1, case when i % 1000 = 0 then jsonb_build_object('wakeAt', i) else '{}' end
            from generate_series(1, {{Many}}) i
            """);
        await database.Run("analyze videogen.grain_state");

        Assert.Contains("grain_state_owed", await database.Plan(WakeBook.OwedQuery, 5_000_000L, "", 100), StringComparison.Ordinal);
        Assert.Equal(Many / 1000, (await book.Owed(long.MaxValue, null, 100, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task The_backlog_is_how_many_owe_something_and_since_when()
    {
        Assert.Equal((0L, null), await book.Backlog(CancellationToken.None));
        await database.Run(
            $$"""
            insert into videogen.grain_state (state_name, grain_key, version, state)
            select 'videorequest', 'v-' || i, 1, case when i % 1000 = 0 then jsonb_build_object('wakeAt', i) else '{}' end
            from generate_series(1, {{Many}}) i
            """);
        await database.Run("analyze videogen.grain_state");

        Assert.Equal((Many / 1000, (long?)1000), await book.Backlog(CancellationToken.None));
        Assert.Contains("grain_state_owed", await database.Plan(WakeBook.BacklogQuery), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_process_at_a_time_has_the_turn()
    {
        var other = new WakeBook(new PostgresConnections(database.ConnectionString));
        var turn = await book.TryTakeTurn(CancellationToken.None);
        Assert.NotNull(turn);
        Assert.Null(await other.TryTakeTurn(CancellationToken.None));
        Assert.Null(await book.TryTakeTurn(CancellationToken.None));

        await turn.DisposeAsync();

        IAsyncDisposable? next = null;
        await Waiting.Until.True("the turn is free again", async () => (next = await other.TryTakeTurn(CancellationToken.None)) is not null);
        await next!.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_one_gets_the_turn()
    {
        for (var round = 0; round < 20; round++)
        {
            IAsyncDisposable?[] turns = [];
            await Waiting.Until.True("somebody has the turn", async () =>
            {
                turns = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => book.TryTakeTurn(CancellationToken.None)));
                return turns.Any(t => t is not null);
            });

            Assert.Single(turns, t => t is not null);
            await turns.Single(t => t is not null)!.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_only_kept_for_a_while_goes_when_nobody_wrote_it_for_so_long()
    {
        await database.Run("""
            insert into videogen.grain_state (state_name, grain_key, version, state, last_written) values
              ('agentrun', 'r-old', 1, '{}', now() - interval '31 days'), ('agentrun', 'r-young', 1, '{}', now() - interval '29 days'),
              ('quota', 'u-old', 1, '{}', now() - interval '31 days')
            """);
        Assert.Equal(1, await book.SweepUnwritten("agentrun", TimeSpan.FromDays(30), CancellationToken.None));
        Assert.Equal("r-young, u-old", await database.One<string>("select string_agg(grain_key, ', ' order by grain_key) from videogen.grain_state"));
    }

    [Theory]
    [InlineData("""{"status":"refused","updatedAt":99}""", true)]
    [InlineData("""{"status":"refused","updatedAt":99,"rounds":[{"state":"refused"}]}""", true)]
    [InlineData("""{"status":"refused","updatedAt":100}""", false)] // Not old enough.
    [InlineData("""{"status":"refused"}""", false)]
    [InlineData("""{"status":"refused","updatedAt":99,"wakeAt":5}""", false)] // Owes something.
    [InlineData("""{"status":"completed","updatedAt":99}""", false)]
    [InlineData("""{"updatedAt":99}""", false)]
    [InlineData("""{"status":"refused","updatedAt":99,"rounds":[{"state":"ended","status":"completed"},{"state":"refused"}]}""", false)] // Has a video.
    public async Task Only_old_requests_that_were_only_refused_are_swept(string document, bool swept)
    {
        await database.Store("v-one", document);
        await database.Run("insert into videogen.grain_state (state_name, grain_key, version, state) values ('quota', 'u-one', 1, $1::jsonb)", document);

        Assert.Equal(swept ? 1 : 0, await book.SweepRefused(100, CancellationToken.None));
        Assert.Equal(swept ? 1 : 2, await database.One<long>("select count(*) from videogen.grain_state"));
    }
}
