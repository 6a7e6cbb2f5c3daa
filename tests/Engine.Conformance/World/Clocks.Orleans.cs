namespace VideoGen.Engine.Conformance;

/// <summary>
/// The clock of reminders. It never says the same time twice, as no real clock does: a reminder whose tick is due, and that looks at a
/// clock which still says so, would take it for due again.
/// </summary>
internal sealed class MovingClock(TimeProvider clock) : TimeProvider
{
    private long _readings;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + TimeSpan.FromMicroseconds(Interlocked.Increment(ref _readings));

    public override long GetTimestamp() => clock.GetTimestamp();

    /// <summary>Orleans cuts what is left of a wait to whole milliseconds, and would look too early.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime + TimeSpan.FromMilliseconds(1) : dueTime, period);
}

/// <summary>The clock of grain timers: one that is due at once needs no clock to move, as with a real one.</summary>
internal sealed class PromptClock(TimeProvider clock, Traffic traffic) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new PromptTimer(clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), traffic, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class PromptTimer(ITimer timer, Traffic traffic, Action fire) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isNow = dueTime == TimeSpan.Zero;
            if (isNow)
                traffic.FireSoon(fire);
            return timer.Change(isNow ? period : dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
