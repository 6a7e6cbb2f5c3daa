using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class RemindersModelTests : ReminderTableConformance
{
    protected override Task With(Func<IReminderTable, Task> test) =>
        CalmWorld.With((world, process) => test(new RemindersModel(new(), process.Gate, world.Swarm, world.Clock)));
}
