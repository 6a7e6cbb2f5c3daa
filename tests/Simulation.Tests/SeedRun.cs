namespace VideoGen.Simulation.Tests;

/// <summary>One seed from outside: called by reflection, in a world of its own whose grains are a broken variant.</summary>
public static class SeedRun
{
    /// <summary>Null when every promise held; else which was broken.</summary>
    public static string? Run(int seed) => new SimulatedWorld(seed).TryRun();
}
