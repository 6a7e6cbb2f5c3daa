namespace VideoGen.Tests.Conformance;

/// <summary>What the engine relies on in a table of reminders, whoever keeps it.</summary>
public abstract class ReminderTableConformance
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, 123, DateTimeKind.Utc);

    /// <summary>Runs a test with an empty table. A test awaits nothing but the table, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<IReminderTable, Task> test);

    [Fact]
    public Task A_reminder_comes_back_as_it_was_written() => With(async table =>
    {
        var etag = await table.UpsertRow(Entry("v-a", "wake"));

        var read = await table.ReadRow(Grain("v-a"), "wake");

        Assert.NotNull(etag);
        Assert.Equal((Grain("v-a"), "wake", Start, TimeSpan.FromMinutes(1), etag), (read!.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
    });

    [Fact]
    public Task A_long_period_comes_back_too() => With(async table =>
    {
        await table.UpsertRow(Entry("v-long", "wake", TimeSpan.FromDays(400.5)));

        Assert.Equal(TimeSpan.FromDays(400.5), (await table.ReadRow(Grain("v-long"), "wake"))!.Period);
    });

    [Fact]
    public Task What_was_read_is_the_readers_own() => With(async table =>
    {
        var entry = Entry("v-own", "wake");
        await table.UpsertRow(entry);
        entry.Period = TimeSpan.FromDays(1);
        (await table.ReadRow(Grain("v-own"), "wake"))!.Period = TimeSpan.FromDays(2);

        Assert.Equal(TimeSpan.FromMinutes(1), (await table.ReadRow(Grain("v-own"), "wake"))!.Period);
    });

    [Fact]
    public Task What_is_not_there_is_null_or_empty() => With(async table =>
    {
        Assert.Null(await table.ReadRow(Grain("v-none"), "wake"));
        Assert.Empty((await table.ReadRows(Grain("v-none"))).Reminders);
        Assert.Empty((await table.ReadRows(0, 0)).Reminders);
        Assert.False(await table.RemoveRow(Grain("v-none"), "wake", "1"));
    });

    [Fact]
    public Task An_upsert_overwrites_and_gives_a_new_etag() => With(async table =>
    {
        var first = await table.UpsertRow(Entry("v-a", "wake"));
        var second = await table.UpsertRow(Entry("v-a", "wake", TimeSpan.FromMinutes(5)));

        Assert.NotEqual(first, second);
        var row = Assert.Single((await table.ReadRows(Grain("v-a"))).Reminders);
        Assert.Equal((TimeSpan.FromMinutes(5), second), (row.Period, row.ETag));
    });

    [Fact]
    public Task The_grain_and_the_name_together_name_a_reminder_to_the_letter() => With(async table =>
    {
        (string Grain, string Name)[] rows =
        [
            ("v-a", "wake"), ("v-a", "check"), ("v-b", "wake"), ("V-A", "wake"), ("v-a", "Wake"), ("v-a/x", "y"), ("v-a", "x/y"),
            ("v-\u00e9", "wake"), ("v-e\u0301", "wake"),
        ];
        foreach (var (grain, name) in rows) await table.UpsertRow(Entry(grain, name));

        Assert.Equal(["Wake", "check", "wake", "x/y"], (await table.ReadRows(Grain("v-a"))).Reminders.Select(r => r.ReminderName).Order(StringComparer.Ordinal));
        foreach (var (grain, name) in rows)
        {
            var row = await table.ReadRow(Grain(grain), name);
            Assert.Equal((Grain(grain), name), (row!.GrainId, row.ReminderName));
        }

        Assert.Equal(rows.Length, (await table.ReadRows(0, 0)).Reminders.Count);
    });

    [Fact]
    public Task Grains_of_two_types_with_one_key_have_a_reminder_each() => With(async table =>
    {
        await table.UpsertRow(Entry("v-a", "wake"));
        await table.UpsertRow(new() { GrainId = GrainId.Create("quota", "v-a"), ReminderName = "wake", StartAt = Start, Period = TimeSpan.FromMinutes(7) });

        Assert.Equal(TimeSpan.FromMinutes(1), Assert.Single((await table.ReadRows(Grain("v-a"))).Reminders).Period);
    });

    [Fact]
    public Task A_removal_needs_the_etag_of_what_it_removes() => With(async table =>
    {
        var old = await table.UpsertRow(Entry("v-a", "wake"));
        var current = await table.UpsertRow(Entry("v-a", "wake"));
        await table.UpsertRow(Entry("v-b", "wake"));

        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", old!));
        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", "not one of ours"));
        Assert.False(await table.RemoveRow(Grain("v-b"), "wake", current!));
        Assert.False(await table.RemoveRow(Grain("v-a"), "check", current!));
        Assert.Equal(current, (await table.ReadRow(Grain("v-a"), "wake"))!.ETag);

        Assert.True(await table.RemoveRow(Grain("v-a"), "wake", current!));
        Assert.Null(await table.ReadRow(Grain("v-a"), "wake"));
        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", current!));
        Assert.NotNull(await table.ReadRow(Grain("v-b"), "wake"));
    });

    [Fact]
    public Task An_old_etag_does_not_remove_a_reminder_that_was_made_anew() => With(async table =>
    {
        var old = await table.UpsertRow(Entry("v-a", "wake"));
        Assert.True(await table.RemoveRow(Grain("v-a"), "wake", old!));
        await table.UpsertRow(Entry("v-a", "wake"));

        Assert.False(await table.RemoveRow(Grain("v-a"), "wake", old!));
        Assert.NotNull(await table.ReadRow(Grain("v-a"), "wake"));
    });

    [Fact]
    public Task Upserts_at_once_leave_one_reminder_with_the_etag_of_one_of_them() => With(async table =>
    {
        var etags = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => table.UpsertRow(Entry("v-a", "wake"))));

        Assert.Equal(16, etags.Distinct().Count());
        Assert.Contains(Assert.Single((await table.ReadRows(Grain("v-a"))).Reminders).ETag, etags);
    });

    [Fact]
    public Task Of_removals_at_once_one_removed_it() => With(async table =>
    {
        var etag = await table.UpsertRow(Entry("v-a", "wake"));

        var removed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => table.RemoveRow(Grain("v-a"), "wake", etag!)));

        Assert.Single(removed, r => r);
    });

    [Fact]
    public Task A_range_is_open_below_closed_above_and_goes_around_the_ring() => With(async table =>
    {
        var keys = Enumerable.Range(0, 50).Select(i => $"v-{i}").ToArray();
        foreach (var key in keys) await table.UpsertRow(Entry(key, "wake"));
        await table.UpsertRow(Entry("v-0", "second"));
        var hashes = keys.Select(k => Grain(k).GetUniformHashCode()).Order().ToArray();
        var (low, high) = (hashes[10], hashes[40]);

        Assert.Equal(hashes.Where(h => h > low && h <= high), await Hashes(low, high));
        Assert.Equal(hashes.Where(h => h > high || h <= low), await Hashes(high, low));
        Assert.Equal(51, (await table.ReadRows(low, low)).Reminders.Count);
        Assert.Equal(51, (await table.ReadRows(0, 0)).Reminders.Count);
        Assert.Equal(hashes.Where(h => h > high), await Hashes(high, uint.MaxValue));

        async Task<IEnumerable<uint>> Hashes(uint begin, uint end) =>
            (await table.ReadRows(begin, end)).Reminders.Select(r => r.GrainId.GetUniformHashCode()).Distinct().Order();
    });

    protected static GrainId Grain(string key) => GrainId.Create("videorequest", key);

    protected static ReminderEntry Entry(string key, string name, TimeSpan? period = null) =>
        new() { GrainId = Grain(key), ReminderName = name, StartAt = Start, Period = period ?? TimeSpan.FromMinutes(1) };
}
