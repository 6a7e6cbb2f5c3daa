using Orleans.Storage;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class DiskModelTests : GrainStorageConformance
{
    protected override Task With(Func<IGrainStorage, Task> test) =>
        CalmWorld.With((world, process) => test(new DiskModel(new(), process.Gate, world.Swarm)));
}
