using VideoGen.Engine.Simulation;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>The reminders that all processes share, as one of them sees them: in a bad run rows vanish, and ticks come late or once more.</summary>
internal sealed class RemindersModel(MemoryReminderTable rows, Gate gate, Swarm swarm, TimeProvider clock) : IReminderTable
{
    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(() => rows.ReadRows(grainId));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(() => rows.ReadRows(begin, end));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var effect = await gate.Out("read reminder");
        var row = await rows.ReadRow(grainId, reminderName);
        await gate.Back(effect);
        return row;
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var effect = await gate.Out("write reminder");
        if (gate.Fault(swarm.ReminderLost, "reminder lost")) return "lost"; // It says yes, and forgets.
        var etag = await rows.UpsertRow(entry);
        await gate.Back(effect);
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var effect = await gate.Out("remove reminder");
        var removed = await rows.RemoveRow(grainId, reminderName, eTag);
        await gate.Back(effect);
        return removed;
    }

    public Task TestOnlyClearTable() => throw new NotSupportedException();

    private async Task<ReminderTableData> Read(Func<Task<ReminderTableData>> read)
    {
        var effect = await gate.Out("read reminders");
        var found = await read();
        foreach (var row in found.Reminders)
        {
            // What this process makes of the row: its next tick is minutes late, or comes at once and again when it is due.
            if (gate.Fault(swarm.ReminderLate, "reminder late")) row.StartAt = clock.GetUtcNow().UtcDateTime + gate.Chance.Span(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(20));
            else if (gate.Fault(swarm.ReminderDoubled, "reminder doubled")) row.StartAt = clock.GetUtcNow().UtcDateTime;
        }

        await gate.Back(effect);
        return found;
    }
}
