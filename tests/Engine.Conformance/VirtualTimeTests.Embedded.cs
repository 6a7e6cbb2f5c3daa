using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

public sealed class VirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly VirtualTimeProvider _clock = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_due_order_with_the_clock_at_their_due_time()
    {
        Timer("c", 3 * Second);
        Timer("a", Second);
        Timer("b", 2 * Second);
        Timer("b'", 2 * Second);
        _clock.Advance(10 * Second);
        Assert.Equal(["a 1", "b 2", "b' 2", "c 3"], _fired);
        Assert.Equal(10, Now);
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_period()
    {
        using var timer = Timer("p", Second, 2 * Second);
        _clock.Advance(5 * Second);
        Assert.Equal(["p 1", "p 3", "p 5"], _fired);
        timer.Dispose();
        _clock.Advance(5 * Second);
        Assert.Equal(3, _fired.Count);
        Assert.False(timer.Change(Second, Second));
    }

    [Fact]
    public void Change_leaves_the_old_time_behind()
    {
        var timer = Timer("x", Second);
        timer.Change(4 * Second, Timeout.InfiniteTimeSpan);
        _clock.Advance(3 * Second);
        Assert.Empty(_fired);
        _clock.Advance(Second);
        Assert.Equal(["x 4"], _fired);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Null(_clock.NextDue);
    }

    [Fact]
    public void What_is_due_at_once_fires_at_the_next_advance()
    {
        Timer("now", TimeSpan.Zero);
        Assert.Empty(_fired);
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(["now 0"], _fired);
    }

    [Fact]
    public void A_callback_may_arm_another_timer_inside_the_same_advance()
    {
        _clock.CreateTimer(_ => Timer("inner", Second), null, Second, Timeout.InfiniteTimeSpan);
        _clock.Advance(3 * Second);
        Assert.Equal(["inner 2"], _fired);
    }

    [Fact]
    public void Next_due_is_that_of_the_earliest_timer_still_armed()
    {
        var early = Timer("early", Second);
        Timer("late", 2 * Second);
        Assert.Equal(_clock.GetUtcNow() + Second, _clock.NextDue);
        early.Dispose();
        Assert.Equal(_clock.GetUtcNow() + (2 * Second), _clock.NextDue);
    }

    [Fact]
    public void Timestamps_measure_virtual_time()
    {
        var begin = _clock.GetTimestamp();
        _clock.Advance(1500 * TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1.5), _clock.GetElapsedTime(begin));
    }

    [Fact]
    public void The_clock_does_not_go_back()
    {
        _clock.Advance(Second);
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(-Second));
    }

    [Fact]
    public async Task Delays_timeouts_and_cancellations_of_the_platform_follow_it()
    {
        var delay = Task.Delay(2 * Second, _clock);
        using var source = new CancellationTokenSource(3 * Second, _clock);
        var never = new TaskCompletionSource().Task.WaitAsync(4 * Second, _clock);
        _clock.Advance(2 * Second);
        await delay.WaitAsync(World.Patience);
        Assert.False(source.IsCancellationRequested);
        _clock.Advance(2 * Second);
        Assert.True(source.IsCancellationRequested);
        await Assert.ThrowsAsync<TimeoutException>(() => never);
    }

    [Fact]
    public async Task Many_threads_may_arm_and_advance_at_once()
    {
        var fired = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _clock.CreateTimer(_ => Interlocked.Increment(ref fired), null, Second, Timeout.InfiniteTimeSpan);
                if (i % 50 == 0)
                    Interlocked.Exchange(ref fired, fired);
            }
        })));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _clock.AdvanceTo(new(2027, 1, 2, 0, 0, 0, TimeSpan.Zero)))));
        Assert.Equal(8000, fired);
        Assert.Null(_clock.NextDue);
    }

    private double Now => (_clock.GetUtcNow() - new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;

    private ITimer Timer(string name, TimeSpan due, TimeSpan? period = null) =>
        _clock.CreateTimer(_ => _fired.Add($"{name} {Now}"), null, due, period ?? Timeout.InfiniteTimeSpan);
}
