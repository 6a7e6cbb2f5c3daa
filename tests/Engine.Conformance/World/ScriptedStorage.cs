using Orleans.Storage;
using MemoryGrainStorage = VideoGen.Engine.Simulation.MemoryGrainStorage; // Orleans has one of that name too.

namespace VideoGen.Engine.Conformance;

/// <summary>A storage whose writes the test can hold, count and break.</summary>
public sealed class ScriptedStorage(Script script) : IGrainStorage
{
    private readonly MemoryGrainStorage _rows = new();

    private int _writing, _mostWriting;

    public bool HoldsWrites { get; set; }

    /// <summary>How many writes of all grains were under way at once, at most.</summary>
    public int MostWritesAtOnce => Volatile.Read(ref _mostWriting);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        script.Note("storage: read");
        script.ThrowIfBroken("read");
        await _rows.ReadStateAsync(stateName, grainId, grainState);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        script.Note("storage: write");
        var now = Interlocked.Increment(ref _writing);
        for (var most = MostWritesAtOnce; now > most; most = MostWritesAtOnce)
            Interlocked.CompareExchange(ref _mostWriting, now, most);
        try
        {
            script.ThrowIfBroken("write");
            if (HoldsWrites)
                await script.Wait("write");
            await _rows.WriteStateAsync(stateName, grainId, grainState);
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _rows.ClearStateAsync(stateName, grainId, grainState);

    /// <summary>What another copy of the grain would do: writes the row behind the activation's back.</summary>
    public async Task Overwrite<T>(string stateName, GrainId grainId, Action<T> change)
        where T : new()
    {
        var row = new GrainState<T>(new T());
        await _rows.ReadStateAsync(stateName, grainId, row);
        change(row.State!);
        await _rows.WriteStateAsync(stateName, grainId, row);
    }
}
