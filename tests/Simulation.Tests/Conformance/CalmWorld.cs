using Xunit.Sdk;

namespace VideoGen.Simulation.Tests.Conformance;

/// <summary>Runs a test inside the simulation, as a client of a process in a world without faults, under several seeds.</summary>
internal static class CalmWorld
{
    private const int Seeds = 20;
    private const int MostSteps = 200_000;

    public static Task With(Func<SimulatedWorld, SimulatedProcess, Task> test)
    {
        for (var seed = 1; seed <= Seeds; seed++) Run(seed, test);
        return Task.CompletedTask;
    }

    // On this thread from beginning to end: the world refuses turns that come from another one.
    private static void Run(int seed, Func<SimulatedWorld, SimulatedProcess, Task> test)
    {
        var world = new SimulatedWorld(seed, faults: false);
        var process = new SimulatedProcess(world, 1);
        Task? run = null;
        process.Do("conformance", _ => run = test(world, process));
        while (run is not { IsCompleted: true })
        {
            if (world.Turns.Steps > MostSteps) throw new XunitException($"Seed {seed}: the test does not come to an end.");
            if (world.Turns.RunOne()) continue;
            var next = world.Clock.NextDue ?? throw new XunitException($"Seed {seed}: the test waits for something that never comes.");
            world.Clock.AdvanceTo(next > world.Clock.GetUtcNow() ? next : world.Clock.GetUtcNow());
        }

        process.Crash();
        if (run.Exception is { InnerException: { } failure }) throw new XunitException($"Seed {seed}: {failure.Message}", failure);
    }
}
