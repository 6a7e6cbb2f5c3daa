using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class JobBookModelTests : JobBookConformance
{
    protected override Task With(Func<IJobBook, Task> test) =>
        CalmWorld.With((world, process) => test(new JobBookModel(world.Claims, process.Gate)));
}
