using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orleans.Storage;
using VideoGen.Grains.Persistence;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>The rows that all processes share.</summary>
internal sealed class DiskRows
{
    // To the letter, as the database compares: to a language two keys may be equal that are not.
    private readonly SortedDictionary<(string Name, string Key), (int Version, string Json)> rows = new(Comparer<(string Name, string Key)>.Create((a, b) =>
        string.CompareOrdinal(a.Name, b.Name) is var names and not 0 ? names : string.CompareOrdinal(a.Key, b.Key)));

    /// <summary>Told of every document that lands: name, key, document.</summary>
    public Action<string, string, object>? Landed { get; set; }

    /// <summary>What is wrong with the database now; null when nothing is.</summary>
    public Outage? Outage { get; set; }

    public IEnumerable<(string Key, string Json)> Of(string name) => rows.Where(r => r.Key.Name == name).Select(r => (r.Key.Key, r.Value.Json));

    public (int Version, string Json)? Read(string name, string key) => rows.TryGetValue((name, key), out var row) ? row : null;

    /// <summary>Somebody else writes the same again: whoever read before has lost the race.</summary>
    public void Touch(string name, string key, string ifNew) =>
        rows[(name, key)] = Read(name, key) is { } row ? (row.Version + 1, row.Json) : (1, ifNew);

    /// <summary>Compare and set, as the database does it.</summary>
    public int? Write(string name, string key, int? expected, string json, object document)
    {
        var row = Read(name, key);
        if (row?.Version != expected) return null;
        rows[(name, key)] = ((expected ?? 0) + 1, json);
        Landed?.Invoke(name, key, document);
        return (expected ?? 0) + 1;
    }
}

/// <summary>For a while the database does not answer.</summary>
/// <param name="Table">For which documents; null for all.</param>
/// <param name="WritesLand">Whether it does what it is told, and only the answers are lost.</param>
internal sealed record Outage(string? Table, bool WritesLand)
{
    public bool Concerns(string table) => Table is null || Table == table;
}

/// <summary>The storage as one process sees it: conflicts, outages, writes that land but report failure, members in jsonb's order.</summary>
internal sealed partial class DiskModel(DiskRows rows, Gate gate, Swarm swarm) : IGrainStorage
{
    public const string Read = "read", Write = "write";

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is null && gate.IsActiveElsewhere(grainId)) gate.Note("activated twice at once");
        var effect = await gate.Out(Read);
        if (OutageOf(stateName) is not null) throw new IOException("The database is down.");
        if (gate.Fault(swarm.ReadFails, "read failed")) throw new IOException("The database did not answer.");
        var row = rows.Read(stateName, grainId.Key.ToString()!);
        await gate.Back(effect);
        grainState.State = row is { } found ? Document<T>(stateName, grainId, gate.Chance.Percent(5) ? AsJsonb(found.Json) : found.Json) : Activator.CreateInstance<T>();
        grainState.ETag = Etag(row);
        grainState.RecordExists = row is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var json = Json(grainState);
        var expected = Version(grainState.ETag);
        var effect = await gate.Out(Write);
        var outage = OutageOf(stateName);
        if (outage is { WritesLand: false }) throw new IOException("The database is down.");
        if (gate.Fault(swarm.WriteRefused, "write refused")) throw new IOException("The database did not answer.");
        if (effect is { Kind: FaultKind.Conflict }) rows.Touch(stateName, grainId.Key.ToString()!, JsonSerializer.Serialize(Activator.CreateInstance<T>(), StateJson.Options));
        var written = rows.Write(stateName, grainId.Key.ToString()!, expected, json, grainState.State!);
        if (written is null)
        {
            gate.Note("write lost the race");
            throw new InconsistentStateException("Somebody else wrote it.", Etag(rows.Read(stateName, grainId.Key.ToString()!)), grainState.ETag);
        }

        if (gate.Fault(swarm.FrozenAfterWrite, "frozen after a write")) await gate.Freeze();
        await gate.Back(effect);
        if (outage is not null || gate.Fault(swarm.WriteLandedButFailed, "write landed but failed")) throw new IOException("The answer was lost.");
        grainState.ETag = written.Value.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    private Outage? OutageOf(string stateName) => rows.Outage is { } outage && outage.Concerns(stateName) ? outage : null;

    private static string Json<T>(IGrainState<T> grainState)
    {
        if (grainState.State is null) throw new ArgumentException("There is no document to write.", nameof(grainState));
        var json = JsonSerializer.Serialize(grainState.State, StateJson.Options);
        return json.Contains(@"\u0000", StringComparison.Ordinal) && Nul().IsMatch(json)
            ? throw new ArgumentException("jsonb holds no NUL.", nameof(grainState))
            : json;
    }

    private static T? Document<T>(string stateName, GrainId grainId, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, StateJson.Options);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidOperationException($"The stored document '{stateName}' of {grainId} cannot be read.", e);
        }
    }

    private static string? Etag((int Version, string Json)? row) => row?.Version.ToString(CultureInfo.InvariantCulture);

    private static int? Version(string? etag) => etag is null ? null
        : int.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw new ArgumentException($"'{etag}' is no etag of this storage.", nameof(etag));

    // After an even number of backslashes: the second of two escapes nothing.
    [GeneratedRegex(@"(?<!\\)(\\\\)*\\u0000", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Nul();

    private static string AsJsonb(string json) => Jsonb.Sorted(JsonNode.Parse(json)!).ToJsonString();
}
