using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

/// <summary>One living grain: takes requests, runs them in turns, and ends. Its life is in GrainActivation.Life.cs.</summary>
internal sealed partial class GrainActivation : Activation, IGrainContext
{
    private readonly GrainClass _class;
    private readonly GrainDirectory _directory;
    private readonly Inbox _inbox = new();
    private Line<GrainTimer> _timers;
    private TaskCompletionSource? _deactivated; // Made when somebody asks: most are collected, and nobody waits for that.
    private Stage _stage = Stage.New;
    private DeactivationReason? _ending;
    private long _lastUse;
    private TimeSpan _keptFor;
    private bool _isStartPosted;

    public GrainActivation(EmbeddedEngine engine, GrainDirectory directory, GrainClass grainClass, GrainId id)
        : base(engine.Scheduler)
    {
        Engine = engine;
        GrainId = id;
        _directory = directory;
        _class = grainClass;
    }

    private enum Stage
    {
        New,
        Activating,
        Serving,
        Deactivating,
        Gone,
    }

    public EmbeddedEngine Engine { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public Task Deactivated => LazyInitializer.EnsureInitialized(ref _deactivated, static () => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The lock of this activation and of its timers: one object for all, where each would cost its own.</summary>
    internal object Gate => _inbox;

    public bool IsGone
    {
        get
        {
            lock (Gate)
                return _stage == Stage.Gone;
        }
    }

    public ILogger Log => Engine.Log;

    private bool IsShuttingDown => _ending?.ReasonCode == DeactivationReasonCode.ShuttingDown;

    /// <summary>
    /// An activation that ends starts nothing more, except when the process shuts down: then work that runs may
    /// need an answer from here, and the activation ends when nothing is left to do.
    /// </summary>
    private bool Starts => _stage == Stage.Serving && (_ending is null || IsShuttingDown);

    /// <summary>The activation of a grain, checked to be the one whose turn this is.</summary>
    public static GrainActivation Of(IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        if (grain.GrainContext is not GrainActivation activation)
            throw new InvalidOperationException($"{grain.GetType()} was not made by an engine.");
        activation.AssertCurrent();
        return activation;
    }

    /// <returns>False when this activation has ended: another one will take the request.</returns>
    public bool TryReceive(Request request)
    {
        lock (Gate)
        {
            if (_stage == Stage.Gone)
                return false;
            // An ending activation has stopped its timers.
            if (_ending is not null && !request.IsCall)
                return true;
            _inbox.Add(request);
            if (_stage == Stage.New)
            {
                _stage = Stage.Activating;
                Post(_ => _ = Live());
            }
            else
            {
                PostStart();
            }

            return true;
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (Gate)
        {
            if (_ending is not null || _stage is Stage.New or Stage.Gone)
                return;
            _ending = deactivationReason;
            EndIfQuiet();
        }
    }

    /// <summary>Ends the activation if nothing used it for so long.</summary>
    public void Collect(TimeSpan age)
    {
        lock (Gate)
        {
            var idle = Engine.Time.GetElapsedTime(_lastUse);
            if (_stage != Stage.Serving || _inbox.IsRunning || !_inbox.IsEmpty || idle < age || idle < _keptFor)
                return;
            if (_timers.ToList().Exists(timer => timer is { KeepsAlive: true, IsArmed: true }))
                return;
            Deactivate(new(DeactivationReasonCode.ActivationIdle, $"Nothing used it for {age}."));
        }
    }

    public void DelayDeactivation(TimeSpan span)
    {
        lock (Gate)
        {
            Touch();
            _keptFor = span;
        }
    }

    public GrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (Gate)
            _timers.Add(timer);
        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (Gate)
            _timers.Remove(timer);
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"{GrainId}#{Number}";

    private void PostStart()
    {
        if (_isStartPosted || !Starts || !_inbox.CanStart)
            return;
        _isStartPosted = true;
        Post(_ => StartNext());
    }

    /// <summary>One request per turn, so that a simulation can put anything between two of them.</summary>
    private void StartNext()
    {
        Request? request;
        lock (Gate)
        {
            _isStartPosted = false;
            request = Starts ? _inbox.Start() : null;
            if (request is null)
            {
                EndIfQuiet();
                return;
            }

            if (request.KeepsAlive)
                Touch();
            PostStart();
        }

        _ = Run(request);
    }

    private async Task Run(Request request)
    {
        await request.Run(this);
        AssertCurrent();
        lock (Gate)
        {
            _inbox.End(request);
            if (request.KeepsAlive)
                Touch();
            PostStart();
            EndIfQuiet();
        }
    }

    private void Touch()
    {
        _lastUse = Engine.Time.GetTimestamp();
        _keptFor = TimeSpan.Zero;
    }

    private void EndIfQuiet()
    {
        if (TryBeginEnd())
            Post(_ => _ = End());
    }

    private bool TryBeginEnd()
    {
        if (_stage != Stage.Serving || _ending is null || _inbox.IsRunning || (IsShuttingDown && !_inbox.IsEmpty))
            return false;
        _stage = Stage.Deactivating;
        return true;
    }
}
