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
        Assert.False(call.IsCompleted);
        await world.Age(1.5 * Minute);
        await World.TimesOut(call);
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
        await world.Age(1.5 * Minute);
        await World.Until("the grain sees a timeout", () => world.Script.Notes.Contains("the grain saw a timeout"));
    }

    [Fact]
    public async Task A_call_that_timed_out_while_it_waited_is_never_run()
    {
        await using var world = await World.Start(callTimeout: Minute);
        var grain = world.Grain<ICallGrain>();
        var first = grain.Stuck("a");
        await world.Script.Reached("a");
        var second = grain.Stuck("b");
        await world.Age(1.5 * Minute);
        await World.TimesOut(first);
        await World.TimesOut(second);
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
        await World.Until("the call is over", () => call.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await World.Until("the grain sees it", () => world.Script.Notes.Contains("saw the cancellation"));
    }

    [Fact]
    public async Task A_cancellation_goes_on_to_the_grain_that_was_asked_in_turn()
    {
        await using var world = await World.Start();
        using var source = new CancellationTokenSource();
        var call = world.Grain<ICallGrain>().UntilThere("v-2", source.Token);
        await World.Until("the other grain watches", () => world.Script.Notes.Contains("watching"));
        await source.CancelAsync();
        await World.Until("the call is over", () => call.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await World.Until("the other grain sees it", () => world.Script.Notes.Contains("saw the cancellation"));
    }

    /// <summary>On Orleans the grain hears of it apart from the call, and may have begun it before: then it sees the cancellation.</summary>
    [Fact]
    public async Task A_call_cancelled_while_it_waits_frees_its_caller_and_is_not_run_to_its_end()
    {
        await using var world = await World.Start();
        using var source = new CancellationTokenSource();
        var grain = world.Grain<ICallGrain>();
        var first = grain.Stuck("a");
        await world.Script.Reached("a");
        var second = grain.Until(source.Token);
        await world.Idle();
        await source.CancelAsync();
        await World.Until("its caller is free", () => second.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        world.Script.Open("a");
        await first.WaitAsync(World.Patience);
        await world.Idle();
        if (World.IsOrleans)
            await World.Until("what began of it saw the cancellation", () => world.Script.Count("watching") == world.Script.Count("saw the cancellation"));
        else
            Assert.Equal(["ran on after a"], world.Script.Notes);
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
    public async Task A_filter_that_throws_keeps_the_call_from_the_grain()
    {
        await using var world = await World.Start();
        RequestContext.Set("filter", "refuse");
        var failure = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => world.Grain<ICallGrain>().Stuck("never opened").WaitAsync(World.Patience));
        RequestContext.Clear();
        Assert.Equal("not for you", failure.Message);
        Assert.Empty(world.Script.Notes);
        Assert.Equal(3, await world.Grain<ICallGrain>().Sum(1, 2));
    }

    [Fact]
    public async Task A_filter_may_answer_in_the_grains_place()
    {
        await using var world = await World.Start();
        RequestContext.Set("filter", "answer");
        Assert.Equal(42, await world.Grain<ICallGrain>().Sum(1, 2));
        RequestContext.Clear();
    }

    [Fact]
    public async Task A_grain_may_be_the_last_filter_of_its_own_calls()
    {
        await using var world = await World.Start();
        RequestContext.Set("filter", "double");
        Assert.Equal(16, await world.Grain<ISelfFilteringGrain>().Seven());
        RequestContext.Clear();
        Assert.Equal(["before Seven of selffiltering/v-1", "the grain's own filter: Seven", "after SelfFilteringGrain.Seven"], world.Script.Notes);
    }

    /// <summary>On Orleans a tick of a timer is a message as a call is; on the embedded engine filters are for calls.</summary>
    [Fact]
    public async Task Filters_see_ticks_of_timers_on_Orleans_only()
    {
        await using var world = await World.Start();
        world.Script.Note("note every call");
        await world.Grain<ITimerGrain>().Start(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        await world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Script.Count("tick"));
        Assert.Equal(World.IsOrleans ? 2 : 1, world.Script.Notes.Count(note => note.StartsWith("filtered ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_grain_that_asks_itself_waits_for_itself_until_its_call_times_out()
    {
        await using var world = await World.Start(callTimeout: Minute);
        var call = world.Grain<ICallGrain>().AskItself();
        await world.Age(0.25 * Minute);
        Assert.False(call.IsCompleted);
        await world.Age(1.5 * Minute);
        await World.TimesOut(call);
        Assert.Equal(3, await world.Grain<ICallGrain>().Sum(1, 2).WaitAsync(World.Patience));
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
