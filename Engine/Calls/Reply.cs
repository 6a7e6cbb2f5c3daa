namespace VideoGen.Engine;

/// <summary>What a caller awaits. Continuations never run inside of the one who answers.</summary>
internal abstract class Reply
{
    public abstract Task Task { get; }

    public bool IsOver => Task.IsCompleted;

    public abstract bool Succeed(object? result);

    public abstract bool Fail(Exception failure);
}

internal sealed class Reply<T> : Reply
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task Task => _source.Task;

    public override bool Succeed(object? result) => _source.TrySetResult((T)result!);

    public override bool Fail(Exception failure) => _source.TrySetException(failure);
}
