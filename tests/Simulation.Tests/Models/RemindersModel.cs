namespace VideoGen.Simulation.Tests.Models;

/// <summary>The reminder rows that all processes share.</summary>
internal sealed class ReminderRows
{
    private int version;

    public SortedDictionary<string, ReminderEntry> Rows { get; } = new(StringComparer.Ordinal);

    public string NextVersion() => (++version).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Reminders as one process sees them: in a bad run rows vanish, and writes fail.</summary>
internal sealed class RemindersModel(ReminderRows rows, Gate gate, Swarm swarm) : IReminderTable
{
    private const double Lost = 10;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(r => r.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(_ => true);

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        await gate.Pause();
        return rows.Rows.GetValueOrDefault(Key(grainId, reminderName)) is { } row ? Copy(row) : null;
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        await gate.Pause();
        var etag = rows.NextVersion();
        if (swarm.RemindersLost && gate.Fault(Lost, "reminder lost")) return etag; // It says yes, and forgets.
        var row = Copy(entry);
        row.ETag = etag;
        rows.Rows[Key(entry.GrainId, entry.ReminderName)] = row;
        await gate.Pause();
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await gate.Pause();
        var key = Key(grainId, reminderName);
        return rows.Rows.TryGetValue(key, out var row) && row.ETag == eTag && rows.Rows.Remove(key);
    }

    public Task TestOnlyClearTable() => throw new NotSupportedException();

    private async Task<ReminderTableData> Read(Func<ReminderEntry, bool> wanted)
    {
        await gate.Pause();
        return new(rows.Rows.Values.Where(wanted).Select(Copy));
    }

    private static string Key(GrainId grain, string name) => $"{grain}/{name}";

    private static ReminderEntry Copy(ReminderEntry row) =>
        new() { GrainId = row.GrainId, ReminderName = row.ReminderName, StartAt = row.StartAt, Period = row.Period, ETag = row.ETag };
}
