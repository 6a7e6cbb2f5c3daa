namespace VideoGen.Engine;

/// <summary>A grain timer. Its ticks are requests to its activation; the next period counts from the end of a tick.</summary>
internal sealed partial class GrainTimer : IGrainTimer, ILined<GrainTimer>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(0xfffffffe);

    private readonly GrainActivation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly ITimer _timer;
    private CancellationTokenSource? _cancellation; // Made with the first tick: one that waits has told nobody of it.
    private TimeSpan _due;
    private TimeSpan _period;
    private bool _isDisposed;
    private bool _isTicking;
    private bool _wasChanged;
    private bool _isArmed;

    public GrainTimer(GrainActivation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        Sharing = options.Interleave ? Sharing.Interleaved : Sharing.Alone;
        KeepsAlive = options.KeepAlive;
        _timer = activation.Engine.Time.CreateQuietTimer(static timer => ((GrainTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan);
        Change(options.DueTime, options.Period);
    }

    /// <inheritdoc/>
    public GrainTimer? Next { get; set; }

    public Sharing Sharing { get; }

    public bool KeepsAlive { get; }

    /// <summary>Whether a tick is to come or running.</summary>
    public bool IsArmed
    {
        get
        {
            lock (Gate)
                return !_isDisposed && (_isArmed || _isTicking);
        }
    }

    private object Gate => _activation.Gate;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (Gate)
        {
            _due = dueTime;
            _period = period;
            _wasChanged = true;
            // A change during a tick takes effect when the tick ends.
            if (_isTicking || _isDisposed)
                return;
        }

        Arm(dueTime);
    }

    public void Dispose()
    {
        CancellationTokenSource? cancellation;
        lock (Gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            cancellation = _cancellation;
        }

        cancellation?.Cancel();
        _timer.Dispose();
        _activation.Forget(this);
    }

    public async Task Tick()
    {
        CancellationToken disposed;
        lock (Gate)
        {
            _wasChanged = false;
            _cancellation ??= new();
            disposed = _isDisposed ? new(canceled: true) : _cancellation.Token;
        }

        try
        {
            await _callback(disposed);
        }
        catch (Exception failure)
        {
            LogTickFailed(_activation.Log, failure, _activation.GrainId);
        }

        TimeSpan next;
        lock (Gate)
        {
            _isTicking = false;
            next = _wasChanged ? _due : _period;
        }

        Arm(next);
    }

    private static void Check(TimeSpan span, string name)
    {
        if ((span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan) || span > LongestWait)
            throw new ArgumentOutOfRangeException(name, span, $"Not between zero and {LongestWait}, nor infinite.");
    }

    private void Arm(TimeSpan due)
    {
        lock (Gate)
        {
            if (_isDisposed)
                return;
            _isArmed = due != Timeout.InfiniteTimeSpan;
            // What is due at once needs no clock.
            _timer.Change(due == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : due, Timeout.InfiniteTimeSpan);
        }

        if (due == TimeSpan.Zero)
            Fire();
    }

    private void Fire()
    {
        lock (Gate)
        {
            if (_isDisposed || _isTicking || !_isArmed)
                return;
            _isArmed = false;
            _isTicking = true;
        }

        _activation.TryReceive(new TimerTick(this));
    }
}
