using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans.Storage;

namespace VideoGen.Engine.Simulation;

/// <summary>Rows in memory, as JSON, with versions: like the database in everything but durability. Survives the engine that used it.</summary>
/// <param name="json">How documents are written; the default options when left out.</param>
public sealed class MemoryGrainStorage(JsonSerializerOptions? json = null) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string Name, GrainId Grain), Row> _rows = new();

    /// <summary>The stored document, or null.</summary>
    public string? Document(string stateName, GrainId grainId) => _rows.GetValueOrDefault((stateName, grainId))?.Json;

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // A real storage gives other turns a chance, before and after.
        await Task.Yield();
        if (_rows.TryGetValue((stateName, grainId), out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json, json)!;
            grainState.ETag = Etag(row);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        await Task.Yield();
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var text = JsonSerializer.Serialize(grainState.State, json);
        await Task.Yield();
        var key = (stateName, grainId);
        var known = _rows.GetValueOrDefault(key);
        var next = new Row((known?.Version ?? 0) + 1, text);
        var isWritten = Etag(known) == grainState.ETag && (known is null ? _rows.TryAdd(key, next) : _rows.TryUpdate(key, next, known));
        if (!isWritten)
            throw new InconsistentStateException($"The row of {grainId} was changed by another.", Etag(known), grainState.ETag);
        grainState.ETag = Etag(next);
        grainState.RecordExists = true;
        await Task.Yield();
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        var key = (stateName, grainId);
        if (Etag(_rows.GetValueOrDefault(key)) != grainState.ETag)
            throw new InconsistentStateException($"The row of {grainId} was changed by another.");
        _rows.TryRemove(key, out _);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        await Task.Yield();
    }

    private static string? Etag(Row? row) => row?.Version.ToString(CultureInfo.InvariantCulture);

    private sealed record Row(int Version, string Json);
}
