using VideoGen.Engine.Conformance.StateTypes;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

/// <summary>
/// A document is a closed class with a public constructor without parameters. Of others Orleans makes what nobody wants, and says so late
/// or never; the embedded engine refuses them when it is put together.
/// </summary>
public sealed class StateTypeTests
{
    [Fact]
    public void An_abstract_record_is_refused_before_the_engine_starts() =>
        Assert.Equal(
            "VideoGen.Engine.Conformance.StateTypes.Shape, the state of VideoGen.Engine.Conformance.StateTypes.AbstractStateGrain, needs a public constructor without parameters: a grain without a row starts from it.",
            Refusal(typeof(AbstractStateGrain)));

    [Fact]
    public void A_positional_record_is_refused_before_the_engine_starts() =>
        Assert.Equal(
            "VideoGen.Engine.Conformance.StateTypes.Couple, the state of VideoGen.Engine.Conformance.StateTypes.PositionalStateGrain, needs a public constructor without parameters: a grain without a row starts from it.",
            Refusal(typeof(PositionalStateGrain)));

    private static string Refusal(Type grain) =>
        Assert.Throws<OrleansConfigurationException>(() => new EmbeddedEngineBuilder(new VirtualTimeProvider()).Configure(options => options.AddGrain(grain)).Build()).Message;
}
