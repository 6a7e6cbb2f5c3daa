using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task One_shot()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().Start(3 * Second, Timeout.InfiniteTimeSpan);
        await world.Advance(2.9 * Second);
        Assert.Equal(0, world.Script.Count("tick"));
        await world.Advance(30 * Second);
        Assert.Equal(1, world.Script.Count("tick"));
    }

    [Fact]
    public async Task Due_at_once_ticks_without_the_clock()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().Start(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await world.Idle();
        Assert.Equal(1, world.Script.Count("tick"));
    }

    [Fact]
    public async Task Periodic()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().Start(Second, 5 * Second);
        await world.Advance(Second);
        Assert.Equal(1, world.Script.Count("tick"));
        await world.Advance(25 * Second);
        Assert.Equal(6, world.Script.Count("tick"));
    }

    [Fact]
    public async Task The_next_period_counts_from_the_end_of_a_tick()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().Start(Second, 5 * Second, gate: "tick");
        await world.Advance(20 * Second);
        Assert.Equal(1, world.Script.Count("tick"));
        world.Script.Open("tick");
        await world.Idle();
        await world.Advance(4.9 * Second);
        Assert.Equal(1, world.Script.Count("tick"));
        await world.Advance(0.1 * Second);
        Assert.Equal(2, world.Script.Count("tick"));
    }

    [Fact]
    public async Task A_tick_waits_for_a_running_call_and_a_call_for_a_running_tick()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, Timeout.InfiniteTimeSpan, gate: "tick");
        var busy = grain.Busy("busy");
        await world.Script.Reached("busy");
        await world.Advance(2 * Second);
        Assert.Equal(["storage: read", "busy"], world.Script.Notes);
        world.Script.Open("busy");
        await world.Script.Reached("tick");
        var later = grain.Busy("later");
        await world.Idle();
        world.Script.Open("later");
        world.Script.Open("tick");
        await Task.WhenAll(busy, later).WaitAsync(World.Patience);
        Assert.Equal(["storage: read", "busy", "free", "tick", "tock", "busy", "free"], world.Script.Notes);
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, Timeout.InfiniteTimeSpan, interleave: true);
        var busy = grain.Busy("busy");
        await world.Script.Reached("busy");
        await world.Advance(2 * Second);
        Assert.Equal(1, world.Script.Count("tock"));
        world.Script.Open("busy");
        await busy.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task A_disposed_timer_does_not_tick()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, Second);
        await grain.Stop();
        await world.Advance(10 * Second);
        Assert.Equal(0, world.Script.Count("tick"));
        await grain.StopInTick(Second);
        await world.Advance(10 * Second);
        Assert.Equal(1, world.Script.Count("tick"));
    }

    [Fact]
    public async Task An_exception_in_a_tick_stops_neither_the_timer_nor_the_grain()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().StartFailing(Second);
        await world.Advance(3 * Second);
        Assert.Equal(3, world.Script.Count("tick"));
    }

    [Fact]
    public async Task Change_takes_the_place_of_what_was_due()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, Second);
        await grain.Change(10 * Second, Timeout.InfiniteTimeSpan);
        await world.Advance(9 * Second);
        Assert.Equal(0, world.Script.Count("tick"));
        await world.Advance(20 * Second);
        Assert.Equal(1, world.Script.Count("tick"));
    }

    [Fact]
    public async Task The_callback_gets_its_state()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().StartWithState("word");
        await world.Advance(Second);
        Assert.Contains("word False", world.Script.Notes);
    }

    /// <summary>It was on its way, and runs with its token cancelled: a grain must bear a tick after it disposed of the timer.</summary>
    [Fact]
    public async Task A_tick_that_waits_when_its_timer_is_disposed_runs_once_more()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, Second);
        var busy = grain.Busy("busy");
        await world.Script.Reached("busy");
        var stop = grain.Stop();
        await world.Advance(5 * Second);
        world.Script.Open("busy");
        await Task.WhenAll(busy, stop).WaitAsync(World.Patience);
        await world.Advance(5 * Second);
        Assert.Equal(["storage: read", "busy", "free", "tick of a disposed timer", "tock"], world.Script.Notes);
    }

    /// <summary>Orleans stops the timers of a leaving grain when its last call has ended, the embedded engine when it is told to leave.</summary>
    [Fact]
    public async Task A_tick_due_while_a_leaving_grain_still_works_runs_on_Orleans_only()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.Start(Second, 10 * Second, interleave: true);
        var leaving = grain.LeaveAfter("busy");
        await world.Script.Reached("busy");
        await world.Advance(2 * Second);
        Assert.Equal(World.IsOrleans ? 1 : 0, world.Script.Count("tick"));
        world.Script.Open("busy");
        await leaving.WaitAsync(World.Patience);
        await World.Until("it left", () => world.Script.Count("timer grain deactivated") == 1);
        await world.Advance(20 * Second);
        Assert.Equal(World.IsOrleans ? 1 : 0, world.Script.Count("tick"));
    }

    [Fact]
    public async Task A_tick_carries_nothing_of_whoever_started_the_timer_or_moves_the_clock()
    {
        await using var world = await World.Start();
        RequestContext.Set("who", "client-7");
        await world.Grain<ITimerGrain>().StartNotingWho();
        await world.Advance(2 * Second);
        RequestContext.Clear();
        Assert.Contains("the tick is of nobody", world.Script.Notes);
    }

    [Fact]
    public async Task A_timer_off_the_context_is_refused()
    {
        await using var world = await World.Start();
        Assert.Equal("refused", await world.Grain<ITimerGrain>().StartOffContext());
    }
}
