using VideoGen.Reports;
using VideoGen.Storage.Reports;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresOverviewBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const long Hour = 3_600_000, Now = 1_000 * Hour;

    private readonly PostgresOverviewBook book = new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_is_on_its_way_is_counted_by_where_it_is_and_what_ended_by_how_and_when()
    {
        await Live("v-1", "queued");
        await Live("v-2", "admitting");
        await Live("v-3", "running");
        await Live("v-4", "unresolved");
        await Live("v-5", "submitting");
        await Live("v-6", "saving");
        await Ended("v-7", "completed", asked: Now - Hour, sent: 10_000, finished: 130_000, took: 140_000);
        await Ended("v-8", "completed", asked: Now - 20 * Hour, sent: 20_000, finished: 80_000, took: 82_000);
        await Ended("v-9", "failed", asked: Now - Hour);
        await Ended("v-10", "rejected", asked: Now - 20 * Hour);
        await Ended("v-11", "cancelled", asked: Now - Hour);
        await Ended("v-12", "dead_lettered", asked: Now - 2 * Hour);
        await Ended("v-13", "dead_lettered", asked: Now - 500 * Hour);
        await Ended("v-14", "completed", asked: Now - 30 * Hour);
        await database.Store("v-odd", """{"v":1,"owner":"bot/ann","createdAt":7,"wakeAt":7,"rounds":{"state":"running"}}""");

        var counts = await Counts();

        Assert.Equal((2, 3, 1, 2), (counts.Waiting, counts.Running, counts.Saving, counts.DeadLetters));
        Assert.Equal(new(1, 1, 0, 1, 1), counts.Today);
        Assert.Equal(new(2, 1, 1, 1, 1), counts.Lately);
        Assert.Equal(new(15, 90, 6, 111), counts.Seconds);
    }

    [Fact]
    public async Task Where_there_is_nothing_all_is_nothing_and_no_time_is_known()
    {
        var counts = await Counts();

        Assert.Equal(new(0, 0, 0, 0, new(0, 0, 0, 0, 0), new(0, 0, 0, 0, 0), new(null, null, null, null)), counts);
    }

    [Fact]
    public async Task It_reads_no_old_document()
    {
        await database.StoreEmpty(20_000);

        Assert.Contains("grain_state_by_newest_round", await database.Plan(
            "select s.grain_key from videogen.grain_state s where s.state_name = 'videorequest' and s.owner is not null and videogen.asked_at(s.state #> '{rounds,-1}', s.created_at) >= 99999999"), StringComparison.Ordinal);
    }

    private Task<OverviewCounts> Counts() => book.Counts(DateTimeOffset.FromUnixTimeMilliseconds(Now - 12 * Hour), DateTimeOffset.FromUnixTimeMilliseconds(Now - 24 * Hour), default);

    private Task Live(string key, string state) => database.Store(
        key, $$"""{"v":1,"owner":"bot/ann","createdAt":{{Now}},"wakeAt":{{Now}},"rounds":[{"state":"{{state}}","round":1,"since":{{Now}},"status":"queued","ticket":{},"course":{"stages":[{{Now}},-1,-1,-1,-1]} }]}""");

    private Task Ended(string key, string ending, long asked, long sent = -1, long finished = -1, long took = 5) => database.Store(
        key, $$$"""{"v":1,"owner":"bot/ann","createdAt":{{{asked}}},"rounds":[{"state":"ended","round":1,"since":{{{asked + took}}},"status":"x","outcome":{"ending":"{{{ending}}}","resumeAt":{"state":"running"}},"stages":[{{{asked}}},0,{{{sent}}},{{{sent}}},{{{finished}}}]}]}""");
}
