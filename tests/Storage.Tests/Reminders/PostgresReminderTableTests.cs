using VideoGen.Storage.Reminders;

namespace VideoGen.Storage.Tests.Reminders;

public sealed class PostgresReminderTableTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, 123, DateTimeKind.Utc);

    private readonly PostgresReminderTable table = new(database.Pool);

    public Task InitializeAsync() => table.TestOnlyClearTable();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_reminder_comes_back_as_it_was_written()
    {
        var etag = await table.UpsertRow(Entry("v-a", "wake"));

        var read = await table.ReadRow(Grain("v-a"), "wake");

        Assert.NotNull(etag);
        Assert.Equal((Grain("v-a"), "wake", Start, TimeSpan.FromMinutes(1), etag), (read!.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
    }

    [Fact]
    public async Task A_long_period_comes_back_too()
    {
        await table.UpsertRow(Entry("v-long", "wake", TimeSpan.FromDays(400.5)));
        Assert.Equal(TimeSpan.FromDays(400.5), (await table.ReadRow(Grain("v-long"), "wake"))!.Period);
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_empty()
    {
        Assert.Null(await table.ReadRow(Grain("v-none"), "wake"));
        Assert.Empty((await table.ReadRows(Grain("v-none"))).Reminders);
        Assert.Empty((await table.ReadRows(0, 0)).Reminders);
    }

    [Fact]
    public async Task An_upsert_overwrites_and_gives_a_new_etag()
    {
        var first = await table.UpsertRow(Entry("v-a", "wake"));
        var second = await table.UpsertRow(Entry("v-a", "wake", TimeSpan.FromMinutes(5)));

        Assert.NotEqual(first, second);
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.Single((await table.ReadRows(Grain("v-a"))).Reminders).Period);
    }

    [Fact]
    public async Task A_removal_needs_the_etag_of_what_it_removes()
    {
        var old = await table.UpsertRow(Entry("v-a", "wake"));
        var current = await table.UpsertRow(Entry("v-a", "wake"));

        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", old!));
        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", "not one of ours"));
        Assert.False(await table.RemoveRow(Grain("v-b"), "wake", current!));
        Assert.True(await table.RemoveRow(Grain("v-a"), "wake", current!));
        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", current!));
    }

    [Fact]
    public async Task An_old_etag_does_not_remove_a_reminder_that_was_made_anew()
    {
        var old = await table.UpsertRow(Entry("v-a", "wake"));
        Assert.True(await table.RemoveRow(Grain("v-a"), "wake", old!));
        await table.UpsertRow(Entry("v-a", "wake"));

        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", old!));
    }

    [Fact]
    public async Task Upserts_at_once_leave_one_reminder_with_the_etag_of_one_of_them()
    {
        var etags = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => table.UpsertRow(Entry("v-a", "wake"))));

        Assert.Equal(16, etags.Distinct().Count());
        Assert.Contains(Assert.Single((await table.ReadRows(Grain("v-a"))).Reminders).ETag, etags);
    }

    [Fact]
    public async Task A_range_is_open_below_closed_above_and_goes_around_the_ring()
    {
        var keys = Enumerable.Range(0, 50).Select(i => $"v-{i}").ToArray();
        foreach (var key in keys) await table.UpsertRow(Entry(key, "wake"));
        await table.UpsertRow(Entry("v-0", "second"));
        var hashes = keys.Select(k => Grain(k).GetUniformHashCode()).Order().ToArray();
        var (low, high) = (hashes[10], hashes[40]);

        var inside = await Hashes(low, high);
        var outside = await Hashes(high, low);

        Assert.Equal(hashes.Where(h => h > low && h <= high), inside);
        Assert.Equal(hashes.Where(h => h > high || h <= low), outside);
        Assert.Equal(51, (await table.ReadRows(low, low)).Reminders.Count);
        Assert.Equal(51, (await table.ReadRows(0, 0)).Reminders.Count);
        Assert.Equal(hashes.Where(h => h > high), await Hashes(high, uint.MaxValue));

        async Task<IEnumerable<uint>> Hashes(uint begin, uint end) =>
            (await table.ReadRows(begin, end)).Reminders.Select(r => r.GrainId.GetUniformHashCode()).Distinct().Order();
    }

    [Fact]
    public async Task A_range_is_read_by_its_index()
    {
        await database.Run(
            """
            insert into videogen.reminders (grain_type, grain_key, name, grain_hash, start_at, period)
            select 'videorequest', 'v-' || i, 'wake', (i * 214748::bigint) % 4294967296, now(), interval '1 minute' from generate_series(1, 20000) i
            """);
        await database.Run("analyze videogen.reminders");

        Assert.Contains("reminders_by_hash", await database.Plan(PostgresReminderTable.RangeQuery, 1_000_000L, 30_000_000L), StringComparison.Ordinal);
        Assert.Contains("reminders_by_hash", await database.Plan(PostgresReminderTable.WrappedRangeQuery, 4_280_000_000L, 10_000_000L), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_time_is_kept_as_the_same_instant()
    {
        var entry = Entry("v-local", "wake");
        entry.StartAt = Start.ToLocalTime();
        await table.UpsertRow(entry);
        Assert.Equal(Start, (await table.ReadRow(Grain("v-local"), "wake"))!.StartAt);
    }

    private static GrainId Grain(string key) => GrainId.Create("videorequest", key);

    private static ReminderEntry Entry(string key, string name, TimeSpan? period = null) =>
        new() { GrainId = Grain(key), ReminderName = name, StartAt = Start, Period = period ?? TimeSpan.FromMinutes(1) };
}
