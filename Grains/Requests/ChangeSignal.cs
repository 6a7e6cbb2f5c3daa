namespace VideoGen.Grains.Requests;

/// <summary>
/// Lets turns of one activation wait for its next commit. Each waiter is awaited directly and never through WhenAny or WaitAsync:
/// their continuations would pass through the thread pool, outside the activation's turns.
/// </summary>
internal sealed class ChangeSignal(TimeProvider time)
{
    private readonly List<TaskCompletionSource> waiting = [];

    /// <summary>Returns at the next <see cref="Set"/>, or when the time is over.</summary>
    public async Task Wait(TimeSpan longest)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Add(waiter);
        using (time.CreateTimer(static waiter => ((TaskCompletionSource)waiter!).TrySetResult(), waiter, longest, Timeout.InfiniteTimeSpan))
        {
            await waiter.Task;
        }

        waiting.Remove(waiter);
    }

    /// <summary>Releases everybody who waits now.</summary>
    public void Set()
    {
        waiting.ForEach(waiter => waiter.TrySetResult());
        waiting.Clear();
    }
}
