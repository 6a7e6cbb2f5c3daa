namespace VideoGen.Engine;

/// <summary>Production's turn queue.</summary>
internal sealed class ThreadPoolTurns : ITurnQueue
{
    /// <summary>After so many turns in a row an activation goes to the back of the pool's queue.</summary>
    internal const int TurnsInARow = 32;

    public void Ready(Activation activation) => ThreadPool.UnsafeQueueUserWorkItem(new Stint(activation), preferLocal: false);

    private sealed class Stint(Activation activation) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            for (var turn = 0; turn < TurnsInARow; turn++)
            {
                if (!activation.RunTurn())
                    return;
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
