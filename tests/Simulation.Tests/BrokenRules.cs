using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// Proof that the simulation can see: each rule about money, broken on purpose, must be caught. The seed that catches it is named;
/// where the simulator changed and another one does, VIDEOGEN_FIND_SEEDS=5000 looks for it among so many seeds
/// and, beyond the first 200, in all stories.
/// </summary>
public abstract class BrokenRules(ITestOutputHelper output)
{
    protected const string Lifecycle = "Requests/RequestLifecycle.cs", InDoubt = "Requests/RequestLifecycle.Doubt.cs", Pump = "Requests/RequestPump.cs", Rounds = "Requests/RequestRounds.cs",
        Admission = "Requests/RequestAdmission.cs", Endings = "Requests/RequestEndings.cs", Effects = "Requests/RequestEffects.cs",
        Calls = "Requests/RequestCalls.cs", Grain = "Requests/VideoRequestGrain.cs",
        Tells = "Requests/RequestTelling.cs",
        Variations = "Requests/RequestVariations.cs", Questions = "Requests/VideoRequestGrain.Questions.cs", Ports = "Requests/RequestPorts.cs",
        Commit = "Persistence/Commit.cs", Quota = "Quotas/QuotaLedger.cs", QuotaShell = "Quotas/ReservationGrain.cs",
        Early = "Requests/VideoRequestGrain.Early.cs", Sending = "Requests/RequestCalls.Sending.cs", PriceRules = "Requests/Price.cs", Budget = "Budgets/BudgetRules.cs", Route = "Requests/RequestRoute.cs";

    /// <param name="rule">What is wrong.</param>
    /// <param name="caughtBy">The seed, or the story and its fault, that notices.</param>
    /// <param name="file">Of the grains.</param>
    /// <param name="text">What stands there once.</param>
    /// <param name="replacement">What a careless change would make of it.</param>
    protected void IsCaught(string rule, string caughtBy, string file, string text, string replacement)
    {
        var variant = new BrokenVariant(file, text, replacement);
        var run = variant.Load();
        var broken = caughtBy.Length == 0 ? null : run(caughtBy);
        if (broken is null && int.TryParse(Environment.GetEnvironmentVariable("VIDEOGEN_FIND_SEEDS"), CultureInfo.InvariantCulture, out var lastSeed))
        {
            caughtBy = Find(run, variant.LoadStories(), lastSeed) ?? "";
            broken = caughtBy.Length == 0 ? null : run(caughtBy);
        }

        Assert.True(broken is not null, $"Nothing noticed: {rule} ({caughtBy}).");
        output.WriteLine($"FOUND {rule} | {caughtBy} | {broken!.Split('\n')[0]}");
    }

    /// <summary>So many seeds are tried before the stories, which are quick and stay what they are when the grains change.</summary>
    private const int FirstSeeds = 200;

    private static string? Find(Func<string, string?> run, Func<string, string, string?> stories, int lastSeed)
    {
        var early = First(Enumerable.Range(1, Math.Min(FirstSeeds, lastSeed)).Select(Seed), seed => run(seed) is null ? null : seed);
        if (early is not null || lastSeed <= FirstSeeds) return early;
        return First(Scenario.All.SelectMany(s => Enum.GetNames<FaultKind>().Select(kind => (s.Name, kind))), one => stories(one.Name, one.kind))
            ?? First(Enumerable.Range(FirstSeeds + 1, lastSeed - FirstSeeds).Select(Seed), seed => run(seed) is null ? null : seed);
    }

    private static string Seed(int seed) => seed.ToString(CultureInfo.InvariantCulture);

    private static string? First<T>(IEnumerable<T> all, Func<T, string?> find)
    {
        string? found = null;
        var everyCore = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(Partitioner.Create(all, EnumerablePartitionerOptions.NoBuffering), everyCore, (one, loop) =>
        {
            if (find(one) is not { } name) return;
            Interlocked.CompareExchange(ref found, name, null);
            loop.Stop();
        });
        return found;
    }
}
