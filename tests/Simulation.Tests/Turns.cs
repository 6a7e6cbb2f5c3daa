using VideoGen.Engine;

namespace VideoGen.Simulation.Tests;

/// <summary>All turns of all processes of a run, on one thread, in an order that the seed draws. A frozen process's turns wait.</summary>
internal sealed class Turns(Chance chance)
{
    private readonly List<(SimulatedProcess Process, Activation Activation)> ready = [];
    private readonly int thread = Environment.CurrentManagedThreadId;

    public long Steps { get; private set; }

    public ITurnQueue For(SimulatedProcess process) => new Queue(this, process);

    /// <summary>Runs one turn. False when none can run.</summary>
    public bool RunOne()
    {
        ready.RemoveAll(r => r.Process.Crashed);
        var runnable = 0;
        foreach (var r in ready) runnable += r.Process.Frozen ? 0 : 1;
        if (runnable == 0) return false;

        var chosen = chance.Next(runnable);
        var index = 0;
        for (; ; index++)
        {
            if (ready[index].Process.Frozen) continue;
            if (chosen-- == 0) break;
        }

        var (process, activation) = ready[index];
        ready.RemoveAt(index);
        Steps++;
        process.BeforeTurn();
        if (process.Crashed) return true;
        if (process.Frozen) ready.Add((process, activation));
        else if (activation.RunTurn()) ready.Add((process, activation));
        return true;
    }

    private sealed class Queue(Turns turns, SimulatedProcess process) : ITurnQueue
    {
        public void Ready(Activation activation)
        {
            if (Environment.CurrentManagedThreadId != turns.thread) throw new InvalidOperationException($"{activation} was made ready on a foreign thread: the run would not be the same again.");
            turns.ready.Add((process, activation));
        }
    }
}
