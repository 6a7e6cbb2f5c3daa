using System.Text.Json;
using Orleans.Storage;
using VideoGen.Grains.Persistence;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What survives a crash: rows with versions, written as JSON, with compare-and-set. Faults on demand.</summary>
internal sealed class Disk : IGrainStorage
{
    private readonly Dictionary<(string Name, string Key), (int Version, string Json)> rows = [];

    /// <summary>Asked before each write: null for none, or what goes wrong.</summary>
    public Func<string, WriteFault?>? OnWrite { get; set; }

    public bool Down { get; set; }

    public int Writes { get; private set; }

    public string? Json(string name, string key) => rows.TryGetValue((name, key), out var row) ? row.Json : null;

    public void Put(string name, string key, string json) => rows[(name, key)] = (rows.TryGetValue((name, key), out var row) ? row.Version + 1 : 1, json);

    public IEnumerable<string> Keys(string name) => rows.Keys.Where(k => k.Name == name).Select(k => k.Key);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (Down) throw new IOException("The database is down.");
        var found = rows.TryGetValue((stateName, grainId.Key.ToString()!), out var row);
        grainState.State = found ? JsonSerializer.Deserialize<T>(row.Json, StateJson.Options) : Activator.CreateInstance<T>();
        grainState.ETag = found ? row.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        grainState.RecordExists = found;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var json = JsonSerializer.Serialize(grainState.State, StateJson.Options);
        var fault = OnWrite?.Invoke(json);
        if (Down || fault == WriteFault.Refused) throw new IOException("The database is down.");
        var key = (stateName, grainId.Key.ToString()!);
        var version = rows.TryGetValue(key, out var row) ? row.Version : 0;
        var etag = version == 0 ? null : version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (etag != grainState.ETag) throw new InconsistentStateException("Somebody else wrote it.", etag ?? "", grainState.ETag ?? "");
        rows[key] = (version + 1, json);
        Writes++;
        if (fault == WriteFault.LandedButFailed) throw new IOException("The answer was lost.");
        grainState.ETag = (version + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
}

internal enum WriteFault
{
    Refused,
    LandedButFailed,
}

/// <summary>Reminders that survive a crash.</summary>
internal sealed class ReminderRows : IReminderTable
{
    private readonly Dictionary<(GrainId, string), ReminderEntry> rows = [];

    public int Count => rows.Count;

    /// <summary>When the only reminder ticks first.</summary>
    public DateTimeOffset StartAt => new(rows.Values.Single().StartAt, TimeSpan.Zero);

    public bool Down { get; set; }

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(rows.Values.Where(r => r.GrainId == grainId)));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Task.FromResult(new ReminderTableData(rows.Values));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(rows.GetValueOrDefault((grainId, reminderName)));

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        if (Down) throw new IOException("The table of reminders is down.");
        entry.ETag = "1";
        rows[(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult<string?>("1");
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Task.FromResult(rows.Remove((grainId, reminderName)));

    public Task TestOnlyClearTable()
    {
        rows.Clear();
        return Task.CompletedTask;
    }
}
