namespace VideoGen.Simulation.Tests.Models;

/// <summary>The reminder rows that all processes share.</summary>
internal sealed class ReminderRows
{
    private int version;

    public SortedDictionary<(GrainId Grain, string Name), ReminderEntry> Rows { get; } = new(Comparer<(GrainId Grain, string Name)>.Create((a, b) =>
        a.Grain.CompareTo(b.Grain) is var grains and not 0 ? grains : string.CompareOrdinal(a.Name, b.Name)));

    public string NextVersion() => (++version).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Reminders as one process sees them: in a bad run rows vanish, and ticks come late or once more.</summary>
internal sealed class RemindersModel(ReminderRows rows, Gate gate, Swarm swarm, TimeProvider clock) : IReminderTable
{
    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(r => r.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(r =>
    {
        var hash = r.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    });

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var effect = await gate.Out("read reminder");
        var row = rows.Rows.GetValueOrDefault((grainId, reminderName));
        await gate.Back(effect);
        return row is null ? null : Copy(row);
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var effect = await gate.Out("write reminder");
        var etag = rows.NextVersion();
        if (gate.Fault(swarm.ReminderLost, "reminder lost")) return etag; // It says yes, and forgets.
        var row = Copy(entry);
        row.ETag = etag;
        rows.Rows[(entry.GrainId, entry.ReminderName)] = row;
        await gate.Back(effect);
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var effect = await gate.Out("remove reminder");
        var key = (grainId, reminderName);
        var removed = rows.Rows.TryGetValue(key, out var row) && row.ETag == eTag && rows.Rows.Remove(key);
        await gate.Back(effect);
        return removed;
    }

    public Task TestOnlyClearTable() => throw new NotSupportedException();

    private async Task<ReminderTableData> Read(Func<ReminderEntry, bool> wanted)
    {
        var effect = await gate.Out("read reminders");
        var found = rows.Rows.Values.Where(wanted).Select(Copy).ToArray();
        foreach (var row in found)
        {
            // What this process makes of the row: its next tick is minutes late, or comes at once and again when it is due.
            if (gate.Fault(swarm.ReminderLate, "reminder late")) row.StartAt = clock.GetUtcNow().UtcDateTime + gate.Chance.Span(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(20));
            else if (gate.Fault(swarm.ReminderDoubled, "reminder doubled")) row.StartAt = clock.GetUtcNow().UtcDateTime;
        }

        await gate.Back(effect);
        return new(found);
    }

    private static ReminderEntry Copy(ReminderEntry row) =>
        new() { GrainId = row.GrainId, ReminderName = row.ReminderName, StartAt = row.StartAt, Period = row.Period, ETag = row.ETag };
}
