using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class PausesModelTests : PausesConformance
{
    protected override Task With(Func<PausesUnderTest, Task> test) =>
        CalmWorld.With((world, process) => test(new Model(world, new(new(), process.Gate, world.Clock, world.Clock))));

    private sealed class Model(SimulatedWorld world, PausesModel pauses) : PausesUnderTest(pauses)
    {
        public override DateTimeOffset Now => world.Clock.GetUtcNow();

        public override Task Elapse(TimeSpan by) => Task.Delay(by, world.Clock);
    }
}
