using VideoGen.Storage.Reminders;
using VideoGen.Tests.Conformance;

namespace VideoGen.Storage.Tests.Reminders;

public sealed class PostgresReminderTableTests(StorageDatabase database) : ReminderTableConformance, IClassFixture<StorageDatabase>
{
    private readonly PostgresReminderTable table = new(database.Pool);

    protected override async Task With(Func<IReminderTable, Task> test)
    {
        await table.TestOnlyClearTable();
        await test(table);
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
        var start = entry.StartAt;
        entry.StartAt = start.ToLocalTime();
        await table.UpsertRow(entry);
        Assert.Equal(start, (await table.ReadRow(Grain("v-local"), "wake"))!.StartAt);
    }
}
