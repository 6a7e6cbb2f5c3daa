namespace VideoGen.Simulation.Tests.Models;

/// <summary>The reminder rows that all processes share.</summary>
internal sealed class ReminderRows
{
    private int version;

    public SortedDictionary<(GrainId Grain, string Name), ReminderEntry> Rows { get; } = new(Comparer<(GrainId Grain, string Name)>.Create((a, b) =>
        a.Grain.CompareTo(b.Grain) is var grains and not 0 ? grains : string.CompareOrdinal(a.Name, b.Name)));

    public string NextVersion() => (++version).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Reminders as one process sees them: in a bad run rows vanish, and writes fail.</summary>
internal sealed class RemindersModel(ReminderRows rows, Gate gate, Swarm swarm) : IReminderTable
{
    private const double Lost = 10;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(r => r.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(r =>
    {
        var hash = r.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    });

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        await gate.Pause();
        return rows.Rows.GetValueOrDefault((grainId, reminderName)) is { } row ? Copy(row) : null;
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        await gate.Pause();
        var etag = rows.NextVersion();
        if (swarm.RemindersLost && gate.Fault(Lost, "reminder lost")) return etag; // It says yes, and forgets.
        var row = Copy(entry);
        row.ETag = etag;
        rows.Rows[(entry.GrainId, entry.ReminderName)] = row;
        await gate.Pause();
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await gate.Pause();
        var key = (grainId, reminderName);
        return rows.Rows.TryGetValue(key, out var row) && row.ETag == eTag && rows.Rows.Remove(key);
    }

    public Task TestOnlyClearTable() => throw new NotSupportedException();

    private async Task<ReminderTableData> Read(Func<ReminderEntry, bool> wanted)
    {
        await gate.Pause();
        return new(rows.Rows.Values.Where(wanted).Select(Copy));
    }

    private static ReminderEntry Copy(ReminderEntry row) =>
        new() { GrainId = row.GrainId, ReminderName = row.ReminderName, StartAt = row.StartAt, Period = row.Period, ETag = row.ETag };
}
