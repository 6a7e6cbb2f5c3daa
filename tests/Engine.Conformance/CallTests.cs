using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class CallTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_exception_reaches_the_caller_as_it_was_thrown()
    {
        await using var world = await World.Start();
        var failure = await Assert.ThrowsAsync<ArithmeticException>(() => world.Grain<ILifeGrain>().Fail("seven"));
        Assert.Equal("seven", failure.Message);
        Assert.Equal("v-1", await world.Grain<ILifeGrain>().Key());
    }

    [Fact]
    public async Task A_caller_waits_so_long_and_the_method_goes_on()
    {
        await using var world = await World.Start(callTimeout: Minute);
        var call = world.Grain<ICallGrain>().Stuck("gate");
        await world.Script.Reached("gate");
        await world.Age(0.5 * Minute);
        Assert.False(call.IsCompleted);
        await world.Age(2 * Minute);
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(World.Patience));
        world.Script.Open("gate");
        await world.Idle();
        Assert.Contains("ran on after gate", world.Script.Notes);
    }

    [Fact]
    public async Task A_grain_that_calls_sees_the_timeout_too()
    {
        await using var world = await World.Start(callTimeout: Minute);
        _ = world.Grain<ICallGrain>("v-caller").StuckCall("v-callee", "gate");
        await world.Script.Reached("gate");
        await world.Age(2.5 * Minute);
        Assert.Contains("the grain saw a timeout", world.Script.Notes);
    }

    [Fact]
    public async Task A_call_that_timed_out_while_it_waited_is_never_run()
    {
        await using var world = await World.Start(callTimeout: Minute);
        var grain = world.Grain<ICallGrain>();
        var first = grain.Stuck("a");
        await world.Script.Reached("a");
        var second = grain.Stuck("b");
        await world.Age(2.5 * Minute);
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => second);
        world.Script.Open("a");
        world.Script.Open("b");
        await world.Idle();
        Assert.Equal(["ran on after a"], world.Script.Notes);
    }

    [Fact]
    public async Task A_cancellation_reaches_the_grain_and_frees_the_caller()
    {
        await using var world = await World.Start();
        using var source = new CancellationTokenSource();
        var call = world.Grain<ICallGrain>().Until(source.Token);
        await World.Until("the grain watches", () => world.Script.Notes.Contains("watching"));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(World.Patience));
        await world.Idle();
        Assert.Contains("saw the cancellation", world.Script.Notes);
    }

    [Fact]
    public async Task A_call_cancelled_before_it_began_is_not_run()
    {
        await using var world = await World.Start();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Grain<ICallGrain>().Until(new(canceled: true)));
        await world.Idle();
        Assert.Empty(world.Script.Notes);
    }

    [Fact]
    public async Task RequestContext_goes_along_the_calls_and_does_not_come_back()
    {
        await using var world = await World.Start();
        RequestContext.Set("who", "client-7");
        var grain = world.Grain<ICallGrain>();
        Assert.Equal("client-7", await grain.Ambient("who"));
        Assert.Equal("client-7", await grain.AmbientOf("v-2", "who"));
        await grain.SetAmbient("who", "somebody else");
        Assert.Equal("client-7", RequestContext.Get("who"));
        Assert.True(RequestContext.Remove("who"));
        Assert.Null(await grain.Ambient("who"));
    }

    [Fact]
    public async Task RequestContext_of_one_caller_is_not_seen_by_another()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ICallGrain>();
        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() =>
        {
            RequestContext.Set("who", $"{number}");
            return grain.AmbientOf($"v-{number % 5}x", "who");
        }))).WaitAsync(World.Patience);
        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"{number}"), seen);
    }

    [Fact]
    public async Task Other_ambient_values_of_the_caller_stay_behind()
    {
        await using var world = await World.Start();
        AmbientWord.Value = "mine";
        Assert.Null(await world.Grain<ICallGrain>().OtherAmbient());
        Assert.Equal("mine", AmbientWord.Value);
    }

    [Fact]
    public async Task Filters_stand_around_the_call_and_may_change_its_result()
    {
        await using var world = await World.Start();
        RequestContext.Set("filter", "double");
        Assert.Equal(10, await world.Grain<ICallGrain>("v-3").Sum(2, 3));
        Assert.Equal(["before Sum of call/v-3", "after CallGrain.Sum"], world.Script.Notes);
        RequestContext.Clear();
    }

    [Fact]
    public async Task Grains_call_grains_and_know_themselves()
    {
        await using var world = await World.Start();
        Assert.Equal("v-2", await world.Grain<ILifeGrain>().CallOther("v-2"));
        Assert.Equal("v-1", await world.Grain<ILifeGrain>().CallSelfByReference());
    }

    [Fact]
    public async Task Two_references_to_one_grain_are_equal()
    {
        await using var world = await World.Start();
        Assert.Equal(world.Grain<ILifeGrain>("v-1"), world.Grain<ILifeGrain>("v-1"));
        Assert.NotEqual(world.Grain<ILifeGrain>("v-1"), world.Grain<ILifeGrain>("v-2"));
        Assert.Equal("v-1", world.Grain<ILifeGrain>("v-1").GetPrimaryKeyString());
    }
}
