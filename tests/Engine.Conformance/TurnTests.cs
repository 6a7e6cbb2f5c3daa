using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class TurnTests
{
    [Fact]
    public async Task A_call_runs_to_its_end_before_the_next_one_starts()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITurnGrain>();
        var first = grain.Alone("a");
        await world.Script.Reached("a");
        var second = grain.Alone("b");
        await world.Idle();
        Assert.Equal(["begin a"], world.Script.Notes);
        world.Script.Open("a");
        world.Script.Open("b");
        await Task.WhenAll(first, second).WaitAsync(World.Patience);
        Assert.Equal(["begin a", "end a", "begin b", "end b"], world.Script.Notes);
    }

    [Fact]
    public async Task A_hundred_callers_of_a_slow_counter_lose_no_count()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITurnGrain>();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => grain.CountSlowly(20)))).WaitAsync(World.Patience);
        Assert.Equal(2000, await grain.Answer());
    }

    [Fact]
    public async Task AlwaysInterleave_starts_while_another_call_awaits()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITurnGrain>();
        var alone = grain.Alone("a");
        await world.Script.Reached("a");
        var interleaved = grain.Interleaved("i");
        await world.Script.Reached("i");
        world.Script.Open("i");
        await interleaved.WaitAsync(World.Patience);
        Assert.False(alone.IsCompleted);
        world.Script.Open("a");
        await alone.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task A_call_starts_while_an_interleaved_one_awaits()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITurnGrain>();
        var interleaved = grain.Interleaved("i");
        await world.Script.Reached("i");
        world.Script.Open("a");
        await grain.Alone("a").WaitAsync(World.Patience);
        Assert.False(interleaved.IsCompleted);
        world.Script.Open("i");
        await interleaved.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task Calls_that_only_read_run_together_and_not_beside_one_that_writes()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITurnGrain>();
        var first = grain.Read("r1");
        await world.Script.Reached("r1");
        var second = grain.Read("r2");
        await world.Script.Reached("r2");
        var writer = grain.Alone("w");
        await world.Idle();
        Assert.DoesNotContain("begin w", world.Script.Notes);
        world.Script.Open("r1");
        world.Script.Open("r2");
        world.Script.Open("w");
        await Task.WhenAll(first, second, writer).WaitAsync(World.Patience);
        Assert.Equal("end w", world.Script.Notes[^1]);
    }

    [Fact]
    public async Task A_reentrant_grain_interleaves_all_its_calls()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IReentrantGrain>();
        var first = grain.Run("a");
        await world.Script.Reached("a");
        var second = grain.Run("b");
        await world.Script.Reached("b");
        world.Script.Open("b");
        await second.WaitAsync(World.Patience);
        world.Script.Open("a");
        await first.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task After_an_await_the_grain_is_on_its_own_turns_again()
    {
        await using var world = await World.Start();
        Assert.Equal("own", await world.Grain<ITurnGrain>().Scheduler().WaitAsync(World.Patience));
    }

    [Fact]
    public async Task Two_grains_run_at_the_same_time()
    {
        await using var world = await World.Start();
        var one = world.Grain<ITurnGrain>("v-1").Alone("a");
        var other = world.Grain<ITurnGrain>("v-2").Alone("b");
        await world.Script.Reached("a");
        await world.Script.Reached("b");
        world.Script.Open("a");
        world.Script.Open("b");
        await Task.WhenAll(one, other).WaitAsync(World.Patience);
    }
}
