namespace VideoGen.Storage.Tests.Waiting;

/// <summary>A clock that moves when a test says so.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock guard = new();
    private readonly List<Alarm> alarms = [];
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Moves the clock and fires what is due then, each alarm once.</summary>
    public void Advance(TimeSpan by)
    {
        List<Alarm> due;
        lock (guard)
        {
            now += by;
            due = alarms.Where(a => a.Due <= now).OrderBy(a => a.Due).ToList();
            foreach (var alarm in due) alarm.Next(now);
            alarms.RemoveAll(a => a.Due is null);
        }

        foreach (var alarm in due) alarm.Fire();
    }

    private sealed class Alarm(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.guard)
            {
                this.period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time.now + dueTime;
                time.alarms.Remove(this);
                if (Due is not null) time.alarms.Add(this);
            }

            return true;
        }

        public void Next(DateTimeOffset now) => Due = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : now + period;

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
