using System.Globalization;

namespace VideoGen.Engine.Simulation;

/// <summary>Reminders in memory. Survives the engine that used it.</summary>
public sealed class MemoryReminderTable : IReminderTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private int _version;

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(GrainId grainId) => Select(row => row.GrainId == grainId);

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Select(row =>
    {
        var hash = row.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    });

    /// <inheritdoc/>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await Select(row => row.GrainId == grainId && row.ReminderName == reminderName)).Reminders.SingleOrDefault();

    /// <inheritdoc/>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await Task.Yield();
        lock (_gate)
        {
            var etag = (++_version).ToString(CultureInfo.InvariantCulture);
            _rows[(entry.GrainId, entry.ReminderName)] = Copy(entry, etag);
            return etag;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await Task.Yield();
        lock (_gate)
        {
            var key = (grainId, reminderName);
            return _rows.TryGetValue(key, out var row) && row.ETag == eTag && _rows.Remove(key);
        }
    }

    /// <inheritdoc/>
    public Task TestOnlyClearTable()
    {
        lock (_gate)
            _rows.Clear();
        return Task.CompletedTask;
    }

    private static ReminderEntry Copy(ReminderEntry row, string? etag) =>
        new() { GrainId = row.GrainId, ReminderName = row.ReminderName, StartAt = row.StartAt, Period = row.Period, ETag = etag };

    private async Task<ReminderTableData> Select(Func<ReminderEntry, bool> where)
    {
        await Task.Yield();
        lock (_gate)
        {
            return new(_rows.Values.Where(where).Select(row => Copy(row, row.ETag))
                .OrderBy(row => row.GrainId).ThenBy(row => row.ReminderName, StringComparer.Ordinal));
        }
    }
}
