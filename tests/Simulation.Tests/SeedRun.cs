using System.Globalization;

namespace VideoGen.Simulation.Tests;

/// <summary>Runs from outside: another process, or a world of its own whose grains are a broken variant.</summary>
public static class SeedRun
{
    /// <summary>Null when every promise held; else which was broken.</summary>
    /// <param name="run">A seed, or a story and its fault as <see cref="OfStory"/> reads it.</param>
    public static string? Run(string run) => (int.TryParse(run, CultureInfo.InvariantCulture, out var seed) ? new SimulatedWorld(seed) : OfStory(run)).TryRun();

    /// <summary>The world of a story in which one thing goes wrong: <c>a video/CrashAfter/7</c>.</summary>
    internal static SimulatedWorld OfStory(string story)
    {
        var parts = story.Split('/');
        return new(Scenario.All.Single(s => s.Name == parts[0]), new(Enum.Parse<FaultKind>(parts[1]), int.Parse(parts[2], CultureInfo.InvariantCulture)));
    }

    /// <summary>The first fault of a story and a kind that breaks a promise; null where none does. Each effect in turn, until the story has no more.</summary>
    public static string? FirstOfStory(string story, string kind)
    {
        for (var number = 1; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{story}/{kind}/{number}");
            var world = OfStory(name);
            if (world.TryRun() is not null) return name;
            if (!world.PlannedWasReached) return null;
        }
    }

    /// <summary>The same for two runs only when they did the same in the same order.</summary>
    internal static string Fingerprint(int seed)
    {
        var world = new SimulatedWorld(seed);
        world.TryRun();
        return string.Create(CultureInfo.InvariantCulture, $"{seed} {world.Trace.Hash:x16} {world.Turns.Steps}");
    }

    /// <summary>Started as a program: prints what became of some seeds. First seed, how many.</summary>
    private static void Main(string[] args)
    {
        var first = int.Parse(args[0], CultureInfo.InvariantCulture);
        foreach (var seed in Enumerable.Range(first, int.Parse(args[1], CultureInfo.InvariantCulture))) Console.WriteLine(Fingerprint(seed));
    }
}
