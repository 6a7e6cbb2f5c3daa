namespace VideoGen.Engine.Simulation;

/// <summary>
/// A clock that moves only when told to. Timers fire on the thread that advances it, in the order they are due,
/// with the clock standing at their due time; one that is due at once fires at the next advance, be it by nothing.
/// </summary>
/// <param name="start">Where the clock stands at first.</param>
public sealed class VirtualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Alarm, (long Due, long Order)> _alarms = new();
    private readonly long _start = start.UtcTicks;
    private long _now = start.UtcTicks;
    private long _order;

    /// <summary>Starts at 2027-01-01, so that runs can be compared.</summary>
    public VirtualTimeProvider()
        : this(new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer is due; null when none is armed.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
            {
                DropStale();
                return _alarms.TryPeek(out var next, out _) ? new(next.Due, TimeSpan.Zero) : null;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now) - _start;

    /// <summary>Moves the clock forward and fires what falls due on the way.</summary>
    public void Advance(TimeSpan span) => AdvanceTo(GetUtcNow() + span);

    /// <summary>Moves the clock forward to a time and fires what falls due on the way.</summary>
    public void AdvanceTo(DateTimeOffset time)
    {
        if (time < GetUtcNow())
            throw new ArgumentOutOfRangeException(nameof(time), time, "This clock does not go back.");
        while (TakeDue(time.UtcTicks) is { } alarm)
            alarm.Fire();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Alarm? TakeDue(long until)
    {
        lock (_gate)
        {
            DropStale();
            if (!_alarms.TryPeek(out var next, out _) || next.Due > until)
            {
                // Another thread may have moved the clock further meanwhile.
                Volatile.Write(ref _now, Math.Max(_now, until));
                return null;
            }

            _alarms.Dequeue();
            Volatile.Write(ref _now, Math.Max(_now, next.Due));
            next.Timer.Rearm(next);
            return next;
        }
    }

    private void DropStale()
    {
        while (_alarms.TryPeek(out var head, out _) && !head.Timer.IsArmedFor(head))
            _alarms.Dequeue();
    }

    /// <summary>One time at which a timer is due. Changing the timer leaves it behind, and it is dropped when it is met.</summary>
    private sealed class Alarm(VirtualTimer timer, long due)
    {
        public VirtualTimer Timer { get; } = timer;

        public long Due { get; } = due;

        public void Fire() => Timer.Fire();
    }

    private sealed class VirtualTimer(VirtualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private Alarm? _armed;
        private TimeSpan _period;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Check(dueTime, nameof(dueTime));
            Check(period, nameof(period));
            lock (clock._gate)
            {
                if (_isDisposed)
                    return false;
                _period = period;
                Arm(clock._now, dueTime);
                return true;
            }
        }

        public bool IsArmedFor(Alarm alarm) => ReferenceEquals(_armed, alarm);

        public void Rearm(Alarm fired)
        {
            // As with the system's timers, a period of zero is none.
            Arm(fired.Due, _period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _isDisposed = true;
                _armed = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private static void Check(TimeSpan span, string name)
        {
            if (span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(name, span, "Neither zero or more, nor infinite.");
        }

        private void Arm(long from, TimeSpan wait)
        {
            _armed = wait == Timeout.InfiniteTimeSpan ? null : new(this, from + wait.Ticks);
            if (_armed is not null)
                clock._alarms.Enqueue(_armed, (_armed.Due, ++clock._order));
        }
    }
}
