namespace VideoGen.Simulation.Tests;

/// <summary>
/// The way out of a process: every external effect passes here, takes time before and after it lands, and can go wrong on either side.
/// Awaits only what completes on this thread, so that the turns stay the seed's.
/// </summary>
internal sealed class Gate(SimulatedWorld world, SimulatedProcess process)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(200), Slow = TimeSpan.FromSeconds(45);

    public bool Calm => world.Calm;

    public Chance Chance => world.Chance;

    /// <summary>Whether a fault happens here, written down if so.</summary>
    public bool Fault(double percent, string name)
    {
        if (Calm || !Chance.Percent(percent)) return false;
        Note($"fault {name}");
        return true;
    }

    public void Note(string what, string detail = "") => world.Trace.Add(world.Clock.GetUtcNow(), process.Number, what, detail);

    /// <summary>The process stops here, for up to 20 minutes, and knows nothing of it afterwards.</summary>
    public async Task Freeze()
    {
        process.Freeze();
        await Task.Yield();
    }

    /// <summary>Happens on its own time, whatever becomes of the process.</summary>
    public void OnTheNetwork(TimeSpan after, Action action) => world.At(world.Clock.GetUtcNow() + after, action);

    /// <summary>Time passes: none, a little, or more than any call may take. The process may be gone, or minutes older, afterwards.</summary>
    public async Task Pause()
    {
        if (Chance.Percent(60))
        {
            await Task.Yield();
            return;
        }

        await Task.Delay(Fault(world.Swarm.Slow, "slow") ? Slow : Chance.Span(TimeSpan.FromMilliseconds(1), Quick), world.Clock);
    }
}
