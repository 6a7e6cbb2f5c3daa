using Orleans.Storage;

namespace VideoGen.Engine;

/// <summary>A state as its activation sees it from the outside.</summary>
internal interface IStateBridge
{
    /// <summary>Reads the row, before the grain is activated.</summary>
    Task Load();
}

/// <summary>
/// The document of one grain between its turns and its row. Operations run one after another; a write that has not
/// begun yet takes later changes with it, so that many writers of one turn cost one row.
/// </summary>
internal sealed partial class StateBridge<T>(GrainActivation activation, string name, IGrainStorage storage) : IPersistentState<T>, IStateBridge
    where T : new()
{
    private readonly GrainState<T> _row = new(new T());
    private Operation? _last;
    private bool _isLoaded;

    private enum Kind
    {
        Read,
        Write,
        Clear,
    }

    public T State
    {
        get
        {
            activation.AssertCurrent();
            return _row.State!;
        }

        set
        {
            activation.AssertCurrent();
            _row.State = value;
        }
    }

    public string? Etag => _row.ETag;

    public bool RecordExists => _isLoaded ? _row.RecordExists : throw new InvalidOperationException("State has not yet been loaded");

    public Task Load() => _isLoaded ? Task.CompletedTask : ReadStateAsync();

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Read, cancellationToken);

    public Task WriteStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Write, cancellationToken);

    public Task ClearStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Clear, cancellationToken);

    /// <summary>Everything here runs on the activation's turns, so nothing is locked.</summary>
    private Task Enqueue(Kind kind, CancellationToken cancellation)
    {
        activation.AssertCurrent();
        if (kind != Kind.Read && !cancellation.CanBeCanceled && _last is { HasBegun: false, CanBeJoined: true } last && last.Kind == kind)
            return last.Completion;
        var operation = new Operation(kind, !cancellation.CanBeCanceled);
        var before = _last;
        _last = operation;
        return operation.Completion = Run(operation, before, cancellation);
    }

    private async Task Run(Operation operation, Operation? before, CancellationToken cancellation)
    {
        // The rest of this turn belongs to the write that it asked for.
        await Task.Yield();
        try
        {
            if (before is not null)
                await Task.WhenAny(before.Completion);
            activation.AssertCurrent();
            operation.HasBegun = true;
            if (IsDoneBy(before, operation))
                _isLoaded = true;
            else
                await Touch(operation.Kind, cancellation);
            activation.AssertCurrent();
        }
        catch (Exception failure) when (!(failure is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            LogFailed(activation.Log, failure, operation.Kind, name, activation.GrainId);
            if (failure is OrleansException)
                throw;
            throw new OrleansException($"Error from storage {storage.GetType().Name}.{name} during {operation.Kind} for grain {activation.GrainId}: {failure.Message}", failure);
        }
        finally
        {
            if (_last == operation)
                _last = null;
        }
    }

    /// <summary>After an operation that ended well, memory is the row: reading it again, or clearing it twice, changes nothing.</summary>
    private static bool IsDoneBy(Operation? before, Operation operation) =>
        before is { Completion.IsCompletedSuccessfully: true }
        && (operation.Kind == Kind.Read || (operation.Kind == Kind.Clear && before.Kind == Kind.Clear));

    private async Task Touch(Kind kind, CancellationToken cancellation)
    {
        switch (kind)
        {
            case Kind.Read:
                await storage.ReadStateAsync(name, activation.GrainId, _row, cancellation);
                _isLoaded = true;
                break;
            case Kind.Write:
                await storage.WriteStateAsync(name, activation.GrainId, _row, cancellation);
                break;
            default:
                await storage.ClearStateAsync(name, activation.GrainId, _row, cancellation);
                break;
        }
    }

    private sealed class Operation(Kind kind, bool canBeJoined)
    {
        public Kind Kind { get; } = kind;

        public bool CanBeJoined { get; } = canBeJoined;

        public bool HasBegun { get; set; }

        public Task Completion { get; set; } = Task.CompletedTask;
    }
}
