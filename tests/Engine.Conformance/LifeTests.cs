using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class LifeTests
{
    [Fact]
    public async Task The_first_call_activates()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>("v-7");
        Assert.Empty(world.Script.Notes);
        Assert.Equal("v-7", await grain.Key());
        Assert.Equal("life/v-7", await grain.Identity());
        Assert.Equal(["activating", "activated"], world.Script.Notes);
    }

    [Fact]
    public async Task A_hundred_first_calls_at_once_activate_once()
    {
        await using var world = await World.Start();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => world.Grain<ILifeGrain>().Key()))).WaitAsync(World.Patience);
        Assert.Equal(1, world.Script.Count("activated"));
        Assert.Equal(1, await world.Activations());
    }

    [Fact]
    public async Task A_failed_activation_fails_all_that_waited_and_the_next_call_tries_anew()
    {
        await using var world = await World.Start();
        world.Script.Note("hold activation");
        world.Script.Break("activate", null);
        var grain = world.Grain<ILifeGrain>();
        var waiting = Enumerable.Range(0, 3).Select(_ => grain.Key()).ToArray();
        await world.Script.Reached("activate");
        Assert.All(waiting, call => Assert.False(call.IsCompleted));
        world.Script.Open("activate");
        await Task.WhenAll(waiting).WaitAsync(World.Patience);

        world.Script.Break("activate", new ArithmeticException("not now"));
        var other = world.Grain<ILifeGrain>("v-2");
        var failing = Enumerable.Range(0, 3).Select(_ => other.Key()).ToArray();
        foreach (var call in failing)
            Assert.Equal("not now", (await Assert.ThrowsAsync<ArithmeticException>(() => call.WaitAsync(World.Patience))).Message);
        world.Script.Break("activate", null);
        Assert.Equal("v-2", await other.Key().WaitAsync(World.Patience));
        Assert.DoesNotContain("deactivated", world.Script.Notes);
    }

    [Fact]
    public async Task An_activation_that_takes_longer_than_a_call_may_fails_its_calls()
    {
        await using var world = await World.Start(callTimeout: TimeSpan.FromSeconds(30));
        world.Script.Note("hold activation");
        var call = world.Grain<ILifeGrain>().Key();
        await world.Script.Reached("activate");
        await world.Age(TimeSpan.FromSeconds(31));
        await World.TimesOut(call);
        await World.Until("it left memory", async () => await world.Activations() == 0);
    }

    [Fact]
    public async Task A_grain_whose_last_turn_fails_leaves_all_the_same()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>();
        world.Script.Open("go");
        world.Script.Break("deactivate", new ArithmeticException("at the end"));
        await grain.LeaveAfter("go");
        await World.Until("its scope is closed", () => world.Script.Count("scope closed") == 1);
        Assert.DoesNotContain("deactivated", world.Script.Notes);
        Assert.Equal("v-1", await grain.Key().WaitAsync(World.Patience));
        Assert.Equal(2, world.Script.Count("activated"));
    }

    [Fact]
    public async Task A_grain_that_asks_for_something_of_its_own_only_later_has_it_until_its_end()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IThriftyGrain>();
        await grain.Begin();
        Assert.True(await grain.FindsItself());
        Assert.True(await grain.FindsOneThing());
        Assert.True(await world.Grain<IThriftyGrain>("v-2").FindsOneThing());
        Assert.DoesNotContain("scope closed", world.Script.Notes);
        await world.Stop();
        Assert.Equal(2, world.Script.Count("scope closed"));
    }

    [Fact]
    public async Task DeactivateOnIdle_waits_for_a_long_tick_and_new_calls_meet_a_new_activation()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>();
        await grain.StartLongTick("tick", keepAlive: true);
        await world.Script.Reached("tick");
        var late = grain.Key();
        await world.Idle();
        Assert.False(late.IsCompleted);
        Assert.DoesNotContain("deactivating ApplicationRequested", world.Script.Notes);
        world.Script.Open("tick");
        Assert.Equal("v-1", await late.WaitAsync(World.Patience));
        Assert.Equal(
            ["activating", "activated", "tick begins", "tick ends", "deactivating ApplicationRequested", "deactivated", "scope closed", "activating", "activated"],
            world.Script.Notes);
    }

    [Fact]
    public async Task The_next_activation_begins_only_when_the_last_one_has_ended()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>();
        world.Script.Note("hold deactivation");
        var leaving = grain.LeaveAfter("go");
        await world.Script.Reached("go");
        world.Script.Open("go");
        await leaving.WaitAsync(World.Patience);
        await world.Script.Reached("deactivate");
        var calls = Enumerable.Range(0, 50).Select(_ => grain.Key()).ToArray();
        await world.Idle();
        Assert.Equal(1, world.Script.Count("activating"));
        world.Script.Open("deactivate");
        await Task.WhenAll(calls).WaitAsync(World.Patience);
        Assert.Equal(2, world.Script.Count("activating"));
        Assert.True(world.Script.Notes.ToList().LastIndexOf("activating") > world.Script.Notes.ToList().IndexOf("deactivated"));
    }

    [Fact]
    public async Task Hammering_a_grain_that_keeps_leaving_never_meets_two_of_them()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>();
        world.Script.Open("go");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(Leave))).WaitAsync(World.Patience);
        await world.Idle();
        // Orleans takes a grain off its lists when it has said goodbye, and closes its scope after that.
        var gone = World.IsOrleans ? "deactivated" : "scope closed";
        var alive = 0;
        foreach (var note in world.Script.Notes.Where(note => note == "activating" || note == gone))
        {
            alive += note == "activating" ? 1 : -1;
            Assert.InRange(alive, 0, 1);
        }

        async Task Leave()
        {
            try
            {
                await grain.LeaveAfter("go");
            }
            catch (OrleansException) when (World.IsOrleans)
            {
                // It passed the call on twice: see the test of that.
            }
        }
    }

    /// <summary>Orleans passes a call on to the next activation twice at most, and then tells its caller so; the embedded engine as often as need be.</summary>
    [Fact]
    public async Task A_call_that_meets_only_grains_that_leave_is_passed_on_and_on_Orleans_refused_the_third_time()
    {
        await using var world = await World.Start();
        for (var i = 0; i < 5; i++)
            world.Script.Note("leave at once");
        var call = world.Grain<ILifeGrain>().Key();
        await World.Until("it is over", () => call.IsCompleted);
        if (World.IsOrleans)
        {
            await Assert.ThrowsAnyAsync<OrleansException>(() => call);
            Assert.Equal(3, world.Script.Count("activated"));
        }
        else
        {
            Assert.Equal("v-1", await call);
            Assert.Equal(6, world.Script.Count("activated"));
        }
    }

    [Fact]
    public async Task A_grain_that_leaves_during_its_activation_is_asked_again_anew()
    {
        await using var world = await World.Start();
        world.Script.Note("leave at once");
        Assert.Equal("v-1", await world.Grain<ILifeGrain>().Key().WaitAsync(World.Patience));
        Assert.Equal(2, world.Script.Count("activated"));
        Assert.DoesNotContain("deactivating ApplicationRequested", world.Script.Notes);
    }
}
