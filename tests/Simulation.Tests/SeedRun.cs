using System.Globalization;

namespace VideoGen.Simulation.Tests;

/// <summary>Seeds from outside: another process, or a world of its own whose grains are a broken variant.</summary>
public static class SeedRun
{
    /// <summary>Null when every promise held; else which was broken.</summary>
    public static string? Run(int seed) => new SimulatedWorld(seed).TryRun();

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
