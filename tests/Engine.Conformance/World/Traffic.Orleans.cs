using System.Diagnostics;
using Orleans.Runtime.Diagnostics;

namespace VideoGen.Engine.Conformance;

/// <summary>
/// Knows what is under way in one silo, which cannot say it itself: calls that were made and have not begun, methods and ticks that run,
/// grains that come and go. Whoever waits at a gate of the test, or for an answer from there, is at rest.
/// </summary>
internal sealed class Traffic : IIncomingGrainCallFilter, IOutgoingGrainCallFilter, IObserver<GrainLifecycleEvents.LifecycleEvent>, IDisposable
{
    /// <summary>
    /// What is known to be under way is waited for. A step that nobody tells of (an answer on its way, a reminder that is armed again) is
    /// one more turn of a grain or of the reminder service: after so many rounds in which each of them ran what it had, with nothing new
    /// heard of, none is left. Counted in turns and not in time, so that a busy machine makes it slower and not wrong.
    /// </summary>
    private const int QuietRounds = 10;

    private static readonly AsyncLocal<Running?> Here = new();

    private readonly Lock _gate = new();
    private readonly HashSet<string> _types;
    private readonly Dictionary<GrainId, int> _asked = [];
    private readonly HashSet<Running> _running = [];
    private readonly Dictionary<IGrainContext, string> _living = [];
    private readonly List<Task> _lifeWaits = [];
    private readonly IDisposable _events;
    private SiloAddress? _silo;
    private int _firing;
    private long _heard;

    /// <param name="types">The types of the grains that are looked at: Orleans has grains of its own.</param>
    public Traffic(IEnumerable<string> types)
    {
        _types = types.ToHashSet(StringComparer.Ordinal);
        _events = GrainLifecycleEvents.AllEvents.Subscribe(this);
    }

    /// <summary>The events are those of every silo in the process: from now on those of this one count.</summary>
    public void Watch(SiloAddress silo) => _silo = silo;

    public bool IsOurs(GrainId grain) => _types.Contains(grain.Type.ToString()!);

    /// <summary>Fires a timer that is due at once, on another thread.</summary>
    public void FireSoon(Action fire)
    {
        Hear(() => _firing++);
        ThreadPool.QueueUserWorkItem(_ =>
        {
            fire();
            Hear(() => _firing--);
        });
    }

    /// <summary>A grain waits for the test: in a call, or in its first or last turn.</summary>
    public void Rest(Task wait) => Hear(() => (Here.Value?.Waits ?? _lifeWaits).Add(wait));

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!IsOurs(context.TargetId))
        {
            await context.Invoke();
            return;
        }

        var caller = Here.Value;
        Asked(context.TargetId, caller, 1);
        try
        {
            await context.Invoke();
        }
        finally
        {
            Asked(context.TargetId, caller, -1);
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (!IsOurs(context.TargetId))
        {
            await context.Invoke();
            return;
        }

        var running = new Running(context.TargetId, context.MethodName);
        Here.Value = running;
        Hear(() => _running.Add(running));
        try
        {
            await context.Invoke();
        }
        finally
        {
            Hear(() => _running.Remove(running));
        }
    }

    public void OnNext(GrainLifecycleEvents.LifecycleEvent value)
    {
        var context = value.GrainContext;
        if (_silo is null || !_silo.Equals(context.Address?.SiloAddress) || !IsOurs(context.GrainId))
            return;
        Hear(() =>
        {
            if (value is GrainLifecycleEvents.Deactivated)
                _living.Remove(context);
            else
                _living[context] = value.GetType().Name;
        });
    }

    public void OnCompleted()
    {
        // The source ends with the process.
    }

    public void OnError(Exception error)
    {
        // The source does not fail.
    }

    /// <summary>Comes when nothing is under way any more.</summary>
    /// <param name="services">What runs turns beside the grains.</param>
    /// <param name="deadline">How long that may take.</param>
    /// <exception cref="TimeoutException">It says what is still under way.</exception>
    public async Task WhenAtRest(IReadOnlyList<IGrainContext> services, TimeSpan deadline)
    {
        var since = Stopwatch.StartNew();
        for (var (quiet, heard) = (0, -1L); quiet < QuietRounds; quiet++)
        {
            if (since.Elapsed > deadline)
                throw new TimeoutException($"Still under way: {UnderWay() ?? "something that is heard of again and again"}.");
            await RunWhatIsQueued(services).WaitAsync(deadline);
            var now = Interlocked.Read(ref _heard);
            if (now == heard && UnderWay() is null)
                continue;
            heard = now;
            quiet = 0;
        }
    }

    public void Dispose() => _events.Dispose();

    private void Asked(GrainId target, Running? caller, int by) => Hear(() =>
    {
        _asked[target] = _asked.GetValueOrDefault(target) + by;
        if (caller is not null)
            caller.Asks += by;
    });

    private void Hear(Action what)
    {
        lock (_gate)
        {
            what();
            _heard++;
        }
    }

    /// <summary>Turns are run in the order in which they came: when this one has run, so have those before.</summary>
    private async Task RunWhatIsQueued(IReadOnlyList<IGrainContext> services)
    {
        List<IGrainContext> all;
        lock (_gate)
            all = [.. _living.Keys, .. services];
        await Task.WhenAll(all.Select(context =>
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            context.Scheduler.QueueAction(turn.SetResult);
            return turn.Task;
        }));
        await Task.Yield();
    }

    private string? UnderWay()
    {
        lock (_gate)
        {
            if (_firing > 0)
                return "a timer that is due at once";
            // Calls of one grain may wait for each other: one of them that is at rest stands for all.
            var resting = _running.Where(each => each.IsAtRest).Select(each => each.Grain).ToHashSet();
            if (_running.FirstOrDefault(running => !resting.Contains(running.Grain)) is { } running)
                return $"{running.Method} of {running.Grain}";
            var busy = _running.Select(each => each.Grain).ToHashSet();
            var comingOrGoing = _living.Where(each => each.Value != nameof(GrainLifecycleEvents.Activated) && !busy.Contains(each.Key.GrainId)).ToList();
            var atGates = _lifeWaits.Count(wait => !wait.IsCompleted);
            if (comingOrGoing.Count > atGates)
                return $"{comingOrGoing[^1].Key.GrainId}, which is {comingOrGoing[^1].Value}";
            var waited = comingOrGoing.Select(each => each.Key.GrainId).ToHashSet();
            return _asked.Where(each => each.Value > 0 && !busy.Contains(each.Key) && !waited.Contains(each.Key)).Select(each => $"a call of {each.Key}").FirstOrDefault();
        }
    }

    /// <summary>A call or a tick that has begun and not ended.</summary>
    private sealed class Running(GrainId grain, string method)
    {
        public GrainId Grain { get; } = grain;

        public string Method { get; } = method;

        public List<Task> Waits { get; } = [];

        /// <summary>How many answers of other grains it waits for.</summary>
        public int Asks { get; set; }

        public bool IsAtRest => Asks > 0 || Waits.Exists(wait => !wait.IsCompleted);
    }
}
