using VideoGen.Engine;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>
/// The thread pool, one turn at a time: what outlives the processes (disk, provider, ledger) is plain collections,
/// and two grains that write at once would break them as no database breaks.
/// </summary>
internal class OneTurnAtATime : ITurnQueue
{
    private readonly Lock turn = new();

    public virtual void Ready(Activation activation) => Run(activation);

    protected void Run(Activation activation) => ThreadPool.UnsafeQueueUserWorkItem(
        activation =>
        {
            var more = true;
            while (more)
            {
                lock (turn) more = activation.RunTurn();
            }
        },
        activation,
        preferLocal: false);
}
