namespace VideoGen.Engine;

/// <summary>
/// A queue of turns that run one at a time. Continuations of an <c>await</c> come back to it,
/// because the turns are tasks of its own <see cref="TaskScheduler"/>.
/// </summary>
public abstract class Activation
{
    [ThreadStatic]
    private static Activation? _current;

    private readonly ActivationScheduler _scheduler;
    private readonly Turns _turns;
    private Task? _next;
    private Queue<Task>? _more; // Only while several turns wait: an activation is mostly at rest, and there are very many.
    private bool _isReady;
    private int _running;

    private protected Activation(ActivationScheduler scheduler)
    {
        _scheduler = scheduler;
        _turns = new(this);
        Number = scheduler.NextNumber();
    }

    /// <summary>Position in the order of creation: the stable order of a run, where hashes have none.</summary>
    public long Number { get; }

    /// <summary>Whose turn this thread is running.</summary>
    internal static Activation? Current => _current;

    internal bool IsCurrent => _current == this;

    /// <summary>Runs one turn on the calling thread.</summary>
    /// <returns>Whether another turn is waiting; the turn queue must then call again.</returns>
    public bool RunTurn()
    {
        if (_scheduler.HasCrashed)
            return false;
        if (Interlocked.Exchange(ref _running, 1) != 0)
            throw new InvalidOperationException($"Two threads ran turns of {this} at once: the turn queue is broken.");

        Task turn;
        lock (_turns)
            turn = Dequeue();

        RunHere(turn);
        Volatile.Write(ref _running, 0);

        bool more;
        lock (_turns)
            more = _isReady = _next is not null;
        if (!more)
            _scheduler.Quiet();
        return more;
    }

    /// <summary>Queues a turn. It starts without the caller's ambient values: what a turn needs, it is given.</summary>
    internal void Post(Action<object?> work, object? state = null)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            new Task(work, state).Start(_turns);
            return;
        }

        using (ExecutionContext.SuppressFlow())
            new Task(work, state).Start(_turns);
    }

    /// <summary>Throws where the caller is not on a turn of this activation.</summary>
    internal void AssertCurrent()
    {
        if (!IsCurrent)
        {
            throw new InvalidOperationException(
                $"Activation access violation: {this} was used outside of its turns (now {_current?.ToString() ?? "on no activation"}). "
                + "Look for ConfigureAwait(false), Task.Run or a callback on a foreign thread.");
        }
    }

    private void Enqueue(Task turn)
    {
        if (_scheduler.HasCrashed)
            return;
        lock (_turns)
        {
            if (_next is null)
                _next = turn;
            else
                (_more ??= new()).Enqueue(turn);
            if (_isReady)
                return;
            _isReady = true;
        }

        _scheduler.Ready(this);
    }

    private Task Dequeue()
    {
        var first = _next ?? throw new InvalidOperationException($"{this} has no turn to run: the turn queue is broken.");
        _next = null;
        if (_more is not null && !_more.TryDequeue(out _next))
            _more = null;
        return first;
    }

    private void RunHere(Task turn)
    {
        var outer = _current;
        var context = SynchronizationContext.Current;
        _current = this;
        if (context is not null)
            SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _turns.Run(turn);
        }
        finally
        {
            _current = outer;
            if (context is not null)
                SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class Turns(Activation owner) : TaskScheduler
    {
        public void Run(Task turn) => TryExecuteTask(turn);

        protected override void QueueTask(Task task) => owner.Enqueue(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
            !taskWasPreviouslyQueued && owner.IsCurrent && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
