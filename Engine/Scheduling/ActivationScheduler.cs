namespace VideoGen.Engine;

/// <summary>
/// The one scheduler of all activations: hands those with work to the <see cref="ITurnQueue"/>
/// and knows when none has any.
/// </summary>
/// <param name="turns">Decides what runs next.</param>
public sealed class ActivationScheduler(ITurnQueue turns)
{
    private readonly Lock _gate = new();
    private int _busy;
    private long _made;
    private TaskCompletionSource? _idle;
    private volatile bool _crashed;

    /// <summary>Whether the world was dropped: no turn runs any more.</summary>
    public bool HasCrashed => _crashed;

    /// <summary>Completes when no activation has work ready or running. Work outside of the engine is not seen.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _busy) == 0)
                return Task.CompletedTask;
            _idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            var idle = _idle.Task;
            Interlocked.MemoryBarrier();
            ReleaseIfIdle();
            return idle;
        }
    }

    internal long NextNumber() => Interlocked.Increment(ref _made);

    internal void Ready(Activation activation)
    {
        Interlocked.Increment(ref _busy);
        turns.Ready(activation);
    }

    internal void Quiet()
    {
        if (Interlocked.Decrement(ref _busy) != 0 || Volatile.Read(ref _idle) is null)
            return;
        lock (_gate)
            ReleaseIfIdle();
    }

    internal void Crash() => _crashed = true;

    private void ReleaseIfIdle()
    {
        if (Volatile.Read(ref _busy) != 0)
            return;
        _idle?.TrySetResult();
        _idle = null;
    }
}
