using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

/// <summary>What timers do to the age of their grain.</summary>
public sealed class KeepAliveTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_timer_that_keeps_alive_holds_the_activation_and_another_does_not()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>("v-kept").Start(World.Step, World.Step, keepAlive: true);
        await world.Grain<ITimerGrain>("v-not").Start(World.Step, World.Step);
        await world.AgeUntilCollected(left: 1);
        await world.Age(2 * Minute);
        Assert.Equal(1, await world.Activations());
        Assert.Equal(1, world.Script.Count("timer grain deactivated"));
        var ticks = world.Script.Count("tick");
        await world.Age(Minute);
        Assert.Equal(ticks + 2, world.Script.Count("tick"));
        await world.Grain<ITimerGrain>("v-kept").Stop();
        await world.AgeUntilCollected();
        Assert.Equal(2, world.Script.Count("timer grain deactivated"));
    }

    /// <summary>
    /// On Orleans a tick keeps its activation, and not the wait for one: what has to be done later than the collection age, a timer alone
    /// does not do there. A reminder does.
    /// </summary>
    [Fact]
    public async Task A_timer_that_keeps_alive_holds_the_activation_between_rare_ticks_on_the_embedded_engine_only()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().Start(9.5 * Minute, Timeout.InfiniteTimeSpan, keepAlive: true);
        await world.AgeUntil("it is gone, or ticked", async () => await world.Activations() == 0 || world.Script.Count("tick") == 1);
        Assert.Equal(World.IsOrleans ? 0 : 1, world.Script.Count("tick"));
        await world.AgeUntilCollected();
        Assert.Equal(World.IsOrleans ? 0 : 1, world.Script.Count("tick"));
    }
}
