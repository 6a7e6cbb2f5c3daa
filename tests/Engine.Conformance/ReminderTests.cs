using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class ReminderTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_ticks_when_due_and_then_every_period()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("check", 2 * Minute, 5 * Minute);
        await world.Advance(13 * Minute);
        Assert.Equal(["check at 00:02:00", "check at 00:07:00", "check at 00:12:00"], world.Script.Notes);
    }

    [Fact]
    public async Task It_ticks_for_a_grain_that_was_collected()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("check", 10 * Minute, 10 * Minute);
        var age = await world.AgeUntilCollected();
        Assert.Empty(world.Script.Notes);
        await world.Advance((10 * Minute) - age);
        Assert.Equal(["check at 00:10:00"], world.Script.Notes);
    }

    [Fact]
    public async Task The_tick_says_what_was_planned()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("status", Minute, 2 * Minute);
        await world.Advance(3 * Minute);
        Assert.Contains("first 00:01:00, every 00:02:00, now 00:03:00", world.Script.Notes);
    }

    [Fact]
    public async Task A_tick_carries_nothing_of_whoever_registered_it()
    {
        await using var world = await World.Start();
        RequestContext.Set("who", "client-7");
        await world.Grain<IReminderGrain>().Register("who", Minute, Minute);
        await world.Advance(Minute);
        RequestContext.Clear();
        Assert.Contains("the tick is of nobody", world.Script.Notes);
    }

    [Fact]
    public async Task Filters_see_a_tick_as_they_see_a_call()
    {
        await using var world = await World.Start();
        world.Script.Note("note every call");
        await world.Grain<IReminderGrain>().Register("check", Minute, Minute);
        await world.Advance(Minute);
        Assert.Contains("filtered ReceiveReminder", world.Script.Notes);
    }

    [Fact]
    public async Task A_period_under_a_minute_is_refused()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IReminderGrain>();
        await Assert.ThrowsAsync<ArgumentException>(() => grain.Register("fast", Minute, 0.99 * Minute));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => grain.Register("never", Minute, Timeout.InfiniteTimeSpan));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => grain.Register("past", -Minute, Minute));
        Assert.Empty(await grain.Names());
    }

    [Fact]
    public async Task Only_a_remindable_grain_may_have_one()
    {
        await using var world = await World.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.Grain<IUnremindableGrain>().Register());
    }

    [Fact]
    public async Task Unregistered_it_ticks_no_more()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IReminderGrain>();
        await grain.Register("check", Minute, Minute);
        await grain.Register("other", Minute, Minute);
        Assert.Equal(["check", "other"], await grain.Names());
        await world.Advance(Minute);
        await grain.Unregister("check");
        Assert.False(await grain.Has("check"));
        await world.Advance(2 * Minute);
        Assert.Equal(1, world.Script.Notes.Count(note => note.StartsWith("check", StringComparison.Ordinal)));
        Assert.Equal(3, world.Script.Notes.Count(note => note.StartsWith("other", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_whose_row_is_gone_ticks_no_more_once_somebody_looked()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IReminderGrain>();
        await grain.Register("check", Minute, Minute);
        await world.Table.TestOnlyClearTable(); // As when a removal landed and its answer was lost.
        await world.Advance(2 * Minute);
        Assert.False(await grain.Has("check"));
        var ticks = world.Script.Notes.Count;
        Assert.InRange(ticks, 0, 2); // Orleans looks by itself, every few minutes.
        await world.Advance(2 * Minute);
        Assert.Equal(ticks, world.Script.Notes.Count);
    }

    [Fact]
    public async Task A_reminder_changed_since_it_was_read_is_not_unregistered()
    {
        await using var world = await World.Start();
        await Assert.ThrowsAsync<ReminderException>(() => world.Grain<IReminderGrain>().UnregisterStale("check"));
        Assert.True(await world.Grain<IReminderGrain>().Has("check"));
    }

    [Fact]
    public async Task Registered_again_only_the_new_plan_counts()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IReminderGrain>();
        await grain.Register("check", Minute, Minute);
        await grain.Register("check", 3 * Minute, 10 * Minute);
        await world.Advance(10 * Minute);
        Assert.Equal(["check at 00:03:00"], world.Script.Notes);
    }

    [Fact]
    public async Task It_survives_a_restart_and_missed_ticks_are_not_caught_up()
    {
        World before;
        await using (before = await World.Start())
        {
            await before.Grain<IReminderGrain>().Register("check", Minute, 5 * Minute);
            await before.Advance(Minute);
        }

        before.Clock.Advance(18 * Minute);
        await using var world = await World.Start(before);
        await world.Advance(7 * Minute);
        Assert.Equal(["check at 00:01:00", "check at 00:21:00", "check at 00:26:00"], world.Script.Notes);
    }

    [Fact]
    public async Task A_tick_whose_call_still_runs_is_not_doubled()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("slow", Minute, Minute);
        await world.Advance(5.5 * Minute);
        Assert.Equal(["slow at 00:01:00"], world.Script.Notes);
        world.Script.Open("slow reminder");
        await world.Idle();
        await world.Advance(Minute);
        Assert.Equal(["slow at 00:01:00", "slow at 00:06:00"], world.Script.Notes);
    }

    [Fact]
    public async Task A_failed_tick_is_followed_by_the_next()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("check", Minute, Minute);
        world.Script.Break("check", new ArithmeticException("tick"));
        await world.Advance(2 * Minute);
        Assert.Equal(["check at 00:01:00", "check at 00:02:00"], world.Script.Notes);
    }

    [Fact]
    public async Task Many_reminders_tick_in_the_order_they_are_due()
    {
        await using var world = await World.Start();
        for (var i = 1; i <= 30; i++)
            await world.Grain<IReminderGrain>($"v-{i}").Register($"r{i:00}", TimeSpan.FromSeconds(100 - i), 10 * Minute);
        await world.Advance(2 * Minute);
        var order = world.Script.Notes.Select(note => note[..3]).ToList();
        Assert.Equal(Enumerable.Range(1, 30).Reverse().Select(i => $"r{i:00}"), order);
    }

    [Fact]
    public async Task A_reminder_years_away_is_waited_for()
    {
        await using var world = await World.Start();
        await world.Grain<IReminderGrain>().Register("far", TimeSpan.FromDays(3), TimeSpan.FromDays(400));
        await world.Advance(TimeSpan.FromDays(4));
        Assert.Equal(["far at 00:00:00"], world.Script.Notes);
    }
}
