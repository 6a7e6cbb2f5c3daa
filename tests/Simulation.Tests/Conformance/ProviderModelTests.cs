using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class ProviderModelTests : VideoProviderConformance
{
    protected override Task With(Func<ProviderUnderTest, Task> test) => CalmWorld.With((world, process) => test(new Model(world, process)));

    // Every job of the model takes longer than all the calls of such a test.
    protected override Task WithLongJobs(Func<ProviderUnderTest, Task> test) => With(test);

    private sealed class Model(SimulatedWorld world, SimulatedProcess process) : ProviderUnderTest(
        new ProviderModel(world.Provider, world.Pauses, process, world.Swarm, world.Clock),
        new SaverModel(world.Provider, process.Gate, world.Swarm, world.Clock),
        world.Clock,
        longestJob: TimeSpan.FromMinutes(10))
    {
        public override SubmitOrder Order(string key) => new(key, "A small red boat", new VideoOptions("sim", "1280x720", 4));

        // Jobs fail by chance in a world with faults; here the provider's books say so.
        public override Task<string> Submit(string key, JobEnding ending)
        {
            var now = world.Clock.GetUtcNow();
            var failure = new Failure(ending == JobEnding.Rejected ? FailureKind.Rejected : FailureKind.Unavailable, "on purpose");
            return ending == JobEnding.Finished
                ? Submit(key)
                : Task.FromResult(world.Provider.Accept(
                    ProviderModel.AccountName, key, now, now + TimeSpan.FromMinutes(1), now, new CheckReply.Failed(failure, ending == JobEnding.FailedCharged ? Charged.Yes : Charged.No), late: false).Id);
        }
    }
}
