using VideoGen.Engine;

namespace VideoGen.Simulation.Tests;

/// <summary>All turns of all processes of a run, on one thread, in an order that the seed draws. A frozen process's turns wait.</summary>
internal sealed class Turns(SimulatedWorld world)
{
    private readonly List<(SimulatedProcess Process, Activation Activation)> ready = [];
    private readonly List<(SimulatedProcess Process, Activation Activation)> frozen = [];
    private readonly SimulatedWorld world = world;
    private readonly int thread = Environment.CurrentManagedThreadId;

    public long Steps { get; private set; }

    public ITurnQueue For(SimulatedProcess process) => new Queue(this, process);

    /// <summary>Runs one turn. False when none can run.</summary>
    public bool RunOne()
    {
        while (ready.Count > 0)
        {
            var index = world.Chance.Next(ready.Count);
            var next = ready[index];
            ready[index] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            if (next.Process.Crashed) continue;
            next.Process.BeforeTurn();
            if (next.Process.Crashed) continue;
            if (next.Process.Frozen)
            {
                frozen.Add(next);
                continue;
            }

            Steps++;
            if (next.Activation.RunTurn()) ready.Add(next);
            return true;
        }

        return false;
    }

    /// <summary>The turns of a process that is frozen no more.</summary>
    public void Thaw(SimulatedProcess process)
    {
        ready.AddRange(frozen.Where(f => f.Process == process));
        frozen.RemoveAll(f => f.Process == process);
    }

    private sealed class Queue(Turns turns, SimulatedProcess process) : ITurnQueue
    {
        public void Ready(Activation activation)
        {
            if (Environment.CurrentManagedThreadId != turns.thread) throw turns.world.Checks.Broken($"{activation} was made ready on a foreign thread: the run would not be the same again.");
            turns.ready.Add((process, activation));
        }
    }
}
