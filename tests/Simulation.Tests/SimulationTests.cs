using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>The promises under thousands of seeds, each with its own mix of faults.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static int Count(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var count) ? count : otherwise;

    [Fact]
    public void Thousands_of_seeds_break_no_promise()
    {
        var seeds = Count("VIDEOGEN_SEEDS", 1_000);
        var from = Count("VIDEOGEN_FIRST_SEED", 1);
        var counts = new ConcurrentDictionary<string, long>();
        var edges = new ConcurrentDictionary<string, long>();
        var broken = new ConcurrentQueue<string>();
        Parallel.For(from, from + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            var world = new SimulatedWorld(seed);
            if (world.TryRun() is { } promise)
            {
                broken.Enqueue(promise);
                if (broken.Count >= 5) loop.Stop();
            }

            counts.AddOrUpdate("steps", world.Turns.Steps, (_, n) => n + world.Turns.Steps);
            foreach (var (what, n) in world.Trace.Counts) counts.AddOrUpdate(what, n, (_, m) => m + n);
            foreach (var (what, n) in world.People.Answers) counts.AddOrUpdate($"ask: {what}", n, (_, m) => m + n);
            foreach (var edge in world.Checks.Edges) edges.AddOrUpdate(edge, 1, (_, n) => n + 1);
        });

        foreach (var (what, n) in counts.OrderBy(c => c.Key, StringComparer.Ordinal)) output.WriteLine($"{what}: {n}");
        foreach (var (edge, n) in edges.OrderBy(c => c.Key, StringComparer.Ordinal)) output.WriteLine($"{edge}: {n}");
        Assert.True(broken.IsEmpty, string.Join("\n\n", broken));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var (one, other) = (Ran(seed), Ran(seed));
            Assert.Equal((one.Trace.Hash, one.Turns.Steps), (other.Trace.Hash, other.Turns.Steps));
        }
    }

    [Fact]
    public void One_seed() => Ran(Count("VIDEOGEN_SEED", 1));

    [Fact]
    public void Without_faults_everything_that_was_accepted_becomes_a_video()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var world = new SimulatedWorld(seed, faults: false);
            world.Run();
            Assert.DoesNotContain(world.Checks.Edges, e => e.EndsWith("DeadLettered", StringComparison.Ordinal) || e.EndsWith("Failed", StringComparison.Ordinal));
            Assert.Equal(0, world.People.Answers.GetValueOrDefault("nothing") + world.People.Answers.GetValueOrDefault("Unknown"));
        }
    }

    private static SimulatedWorld Ran(int seed)
    {
        var world = new SimulatedWorld(seed);
        world.Run();
        return world;
    }
}
