namespace VideoGen.Simulation.Tests;

/// <summary>One seed from outside: also called by reflection, in a world of its own whose grains are a broken variant.</summary>
public static class SeedRun
{
    /// <summary>Null when every promise held; else which was broken.</summary>
    public static string? Run(int seed)
    {
        var world = new SimulatedWorld(seed);
        try
        {
            world.Run();
            return null;
        }
        catch (BrokenPromiseException e)
        {
            return e.Message;
        }
#pragma warning disable CA1031 // A broken variant breaks in ways of its own.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return world.Checks.Broken(e.ToString()).Message;
        }
    }
}
