using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VideoGen.Grains.Requests;
using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>The promises under thousands of seeds, each with its own mix of faults.</summary>
[Collection(nameof(EveryCore))]
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static int Count(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var count) ? count : otherwise;

    /// <summary>Fewer seeds than this need not have met everything.</summary>
    private const int EnoughToMeetEverything = 2_000;

    private const int RunTwiceEvery = 50;

    /// <summary>Everything that can go wrong, as the trace calls it, and what must have come of it.</summary>
    private static readonly string[] Faults =
    [
        .. new[]
        {
            "crash", "freeze", "frozen at the gate", "frozen behind the gate", "frozen after a write", "frozen awaiting an answer", "slow", "broken before it landed", "broken after it landed",
            "write refused", "write landed but failed", "read failed", "disk down", "clock stepped", "database clock wrong",
            "reminder lost", "reminder late", "reminder doubled",
            "provider down", "connect refused", "429", "503", "refused", "policy at submit", "never arrived", "late delivery", "lost answer", "garbage",
            "job fails free", "job fails charged", "policy after rendering", "job never ends", "job ends late", "check failed", "find failed", "lookup missed it",
            "cancel failed", "save failed", "source gone", "hearer down", "hearer deaf", "hearer gone",
        }.Select(f => $"fault {f}"),
        "activated twice at once", "write lost the race", "gate closed", "finished twice", "cancelled", "cancelled too late", "find found it", "find found nothing",
        "callback", "callback early", "callback lost", "callback late", "callback doubled", "callback forged", "callback of another job", "candidate confirmed", "candidate is another's", "requeued", "told", "told in vain", "tell again: Telling",
        "sent after a freeze that no gate sees", "paused", "discarded", "ask: refused: budget_exceeded", "ask: refused: paused", "ask: refused: spend_breaker",
        "money none -> Reserved", "money Reserved -> Spent", "money Reserved -> Released", "money Reserved -> AtRisk", "money AtRisk -> Spent", "money AtRisk -> Released", "money none -> AtRisk", "money none -> Released", "ask: Accepted", "ask: Question", "ask: Refused", "ask: nothing",
    ];

    [Fact]
    public void Thousands_of_seeds_break_no_promise()
    {
        var seeds = Count("VIDEOGEN_SEEDS", 5_000);
        var from = Count("VIDEOGEN_FIRST_SEED", 1);
        var counts = new ConcurrentDictionary<string, long>();
        var edges = new ConcurrentDictionary<string, long>();
        var broken = new ConcurrentQueue<string>();
        Parallel.For(from, from + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            var world = new SimulatedWorld(seed);
            var promise = world.TryRun();
            if (promise is null && seed % RunTwiceEvery == 0) promise = NotTheSameAgain(world, seed);
            if (promise is not null)
            {
                broken.Enqueue(promise);
                if (broken.Count >= 5) loop.Stop();
            }

            counts.AddOrUpdate("steps", world.Turns.Steps, (_, n) => n + world.Turns.Steps);
            foreach (var (what, n) in world.Trace.Counts) counts.AddOrUpdate(what, n, (_, m) => m + n);
            foreach (var (what, n) in world.People.Answers) counts.AddOrUpdate($"ask: {what}", n, (_, m) => m + n);
            foreach (var edge in world.Checks.Edges) edges.AddOrUpdate(edge, 1, (_, n) => n + 1);
        });

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seeds {from} to {from + seeds - 1}"));
        foreach (var (what, n) in counts.OrderBy(c => c.Key, StringComparer.Ordinal)) output.WriteLine($"{what}: {n}");
        foreach (var (edge, n) in edges.OrderBy(c => c.Key, StringComparer.Ordinal)) output.WriteLine($"{edge}: {n}");
        Assert.True(broken.IsEmpty, string.Join("\n\n", broken));
        if (seeds < EnoughToMeetEverything) return;

        // Not in vain: everything that can go wrong did, and every move that the lifecycle has was made.
        Assert.Equal([], Faults.Except(counts.Keys));
        Assert.Equal([], counts.Keys.Where(c => c.StartsWith("fault ", StringComparison.Ordinal)).Except(Faults));
        Assert.Equal([], EdgesOfTheLifecycle().Except(edges.Keys).Order(StringComparer.Ordinal));
    }

    /// <summary>In another process, where every hash of a string is another.</summary>
    [Fact]
    public async Task The_same_seed_gives_the_same_trace_in_two_processes()
    {
        const int Seeds = 50;
        var here = Enumerable.Range(1, Seeds).Select(SeedRun.Fingerprint);
        var start = new ProcessStartInfo(DotnetHost(), [typeof(SeedRun).Assembly.Location, "1", Seeds.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var other = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var there = await other.StandardOutput.ReadToEndAsync(deadline.Token);
            await other.WaitForExitAsync(deadline.Token);
            Assert.Equal(here, there.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            if (!other.HasExited) other.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Replays the seed in VIDEOGEN_SEED; VIDEOGEN_TRACE says how many lines of its trace a failure prints.</summary>
    [Fact]
    public void One_seed() => Ran(Count("VIDEOGEN_SEED", 1));

    /// <summary>
    /// For each story and each kind of fault: the first effect fails, then in another run the second, the third, …, until a run ends
    /// before that many effects happened.
    /// </summary>
    [Fact]
    public void Every_effect_may_fail_in_every_way()
    {
        var runs = 0;
        var broken = new ConcurrentQueue<string>();
        var all = Scenario.All.SelectMany(scenario => Enum.GetValues<FaultKind>().Select(kind => (scenario, kind)));
        Parallel.ForEach(Partitioner.Create(all, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, one =>
        {
            for (var number = 1; ; number++)
            {
                var world = new SimulatedWorld(one.scenario, new(one.kind, number));
                if (world.TryRun() is { } promise) broken.Enqueue(promise);
                Interlocked.Increment(ref runs);
                if (!world.PlannedWasReached || broken.Count >= 5) break;
            }
        });
        output.WriteLine($"{runs} runs of {Scenario.All.Count} stories, {Enum.GetValues<FaultKind>().Length} kinds of fault");
        Assert.True(broken.IsEmpty, string.Join("\n\n", broken));
    }

    [Fact]
    public void Every_story_is_what_its_name_says()
    {
        foreach (var scenario in Scenario.All)
        {
            var world = new SimulatedWorld(scenario, planned: null);
            world.Run();
            Assert.True(world.Checks.Edges.Contains(scenario.Shows), $"'{scenario.Name}' never went {scenario.Shows}, only {string.Join(", ", world.Checks.Edges)}.");
            Assert.Equal([], scenario.Faults.Where(world.Scripted)); // All of it happened.
        }
    }

    /// <summary>Replays the story and the fault in VIDEOGEN_FAULT.</summary>
    [Fact]
    public void One_fault()
    {
        if (Environment.GetEnvironmentVariable("VIDEOGEN_FAULT") is not { } fault) fault = $"{Scenario.All[0].Name}/{FaultKind.CrashAfter}/1";
        var world = SeedRun.OfStory(fault);
        world.Run();
        Assert.True(world.PlannedWasReached);
    }

    [Fact]
    public void Without_faults_everything_that_was_accepted_becomes_a_video()
    {
        int asked = 0, accepted = 0;
        for (var seed = 1; seed <= 100; seed++)
        {
            var world = new SimulatedWorld(seed, faults: false);
            world.Run();
            Assert.DoesNotContain(world.Checks.Edges, e => e.EndsWith("DeadLettered", StringComparison.Ordinal) || e.EndsWith("Failed", StringComparison.Ordinal));
            Assert.Equal(0, world.People.Answers.GetValueOrDefault("nothing") + world.People.Answers.GetValueOrDefault("Unknown"));
            asked += world.People.Answers.GetValueOrDefault("asked");
            accepted += world.People.Answers.GetValueOrDefault("Accepted");
        }

        // The others met a quota, or were asked a question, about a quarter each: where little succeeds, all of this tries little.
        Assert.True(asked > 1_000 && accepted > asked * 0.4, $"{accepted} of {asked}");
    }

    private static string? NotTheSameAgain(SimulatedWorld world, int seed)
    {
        var again = new SimulatedWorld(seed);
        again.TryRun();
        return (world.Trace.Hash, world.Turns.Steps) == (again.Trace.Hash, again.Turns.Steps) ? null : world.Checks.Broken("The same seed ran another way.").Message;
    }

    /// <summary>The moves between states in the table of the whole lifecycle, which the tests of the grains hold.</summary>
    private static HashSet<string> EdgesOfTheLifecycle()
    {
        static string NameOf(string words) => words.StartsWith("Dead at", StringComparison.Ordinal) ? nameof(RequestOutcome.DeadLettered) : words.Split(',', ' ')[0];

        HashSet<string> edges = [];
        var from = "";
        foreach (var line in File.ReadLines(Path.Combine(BrokenVariant.Repository, "tests", "Grains.Tests", "Requests", "LifecycleTable.txt")))
        {
            if (line.Split(" -> ") is not [_, var to]) from = NameOf(line);
            else if (NameOf(to) != from) edges.Add($"{from} -> {NameOf(to)}");
        }

        Assert.NotEmpty(edges);
        return edges;
    }

    // The runtime's own folder is <host>/shared/Microsoft.NETCore.App/<version>.
    private static string DotnetHost() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static SimulatedWorld Ran(int seed)
    {
        var world = new SimulatedWorld(seed);
        world.Run();
        return world;
    }
}

/// <summary>Tests that use all cores by themselves: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(EveryCore), DisableParallelization = true)]
public sealed class EveryCore;
