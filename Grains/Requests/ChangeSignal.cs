namespace VideoGen.Grains.Requests;

/// <summary>
/// Lets turns of one activation wait for its next commit. Each waiter is awaited directly and never through WhenAny or WaitAsync:
/// their continuations would pass through the thread pool, outside the activation's turns.
/// </summary>
internal sealed class ChangeSignal(TimeProvider time)
{
    private List<TaskCompletionSource>? waiting; // Made by the first who waits: for most requests in flight nobody does.

    /// <summary>Returns at the next <see cref="Set"/>, when the time is over, or when <paramref name="stopping"/> is cancelled.</summary>
    public async Task Wait(TimeSpan longest, CancellationToken stopping = default)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (waiting ??= []).Add(waiter);
        using (time.CreateTimer(static waiter => ((TaskCompletionSource)waiter!).TrySetResult(), waiter, longest, Timeout.InfiniteTimeSpan))
        using (stopping.UnsafeRegister(static waiter => ((TaskCompletionSource)waiter!).TrySetResult(), waiter))
        {
            await waiter.Task;
        }

        waiting?.Remove(waiter);
    }

    /// <summary>Releases everybody who waits now.</summary>
    public void Set()
    {
        waiting?.ForEach(waiter => waiter.TrySetResult());
        waiting = null;
    }
}
