using Orleans.Storage;
using VideoGen.Engine.Conformance.StateTypes;

namespace VideoGen.Engine.Conformance;

/// <summary>
/// A document is a closed class with a public constructor without parameters. Of others Orleans makes what nobody wants, and says so late
/// or never; the embedded engine refuses them when it is put together.
/// </summary>
public sealed class StateTypeTests
{
    [Fact]
    public async Task An_abstract_record_cannot_activate()
    {
        await using var world = await World.Start();
        var call = world.Grain<IAbstractStateGrain>().Describe();
        await World.Until("it is over", () => call.IsCompleted);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => call);
        Assert.Contains("abstract", failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_positional_record_begins_with_members_that_are_null_though_their_types_say_otherwise()
    {
        await using var world = await World.Start();
        Assert.Equal("null and null", await world.Grain<IPositionalStateGrain>().Describe());
    }
}

/// <summary>Finds no row, and leaves the document as Orleans made it.</summary>
internal sealed class NoRows : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
}
