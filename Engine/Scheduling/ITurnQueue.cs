namespace VideoGen.Engine;

/// <summary>
/// Where activations wait for their next turn. The only place that decides what runs next:
/// the thread pool in production, a seeded list in the simulator.
/// </summary>
public interface ITurnQueue
{
    /// <summary>
    /// The activation has work. Called once until <see cref="Activation.RunTurn"/> has answered false.
    /// May be called from any thread, and must not run the turn itself before it returns.
    /// </summary>
    void Ready(Activation activation);
}
