using System.Diagnostics;
using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

/// <summary>How long a grain that nobody uses stays in memory.</summary>
public sealed class CollectionTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_nobody_uses_is_collected_and_comes_back_at_the_next_call()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ILifeGrain>();
        for (var use = 0; use < 2; use++)
        {
            var since = Stopwatch.StartNew();
            await grain.Key();
            await world.Age(1.25 * Minute);
            var left = await world.Activations();
            if (!World.IsOlder(since, 2 * Minute)) // A machine that stood still for as long proves nothing.
                Assert.Equal(1, left);
        }

        await world.AgeUntilCollected();
        await World.Until("it said goodbye", () => world.Script.Notes.Contains("scope closed"));
        Assert.Equal(["activating", "activated", "deactivating ActivationIdle", "deactivated", "scope closed"], world.Script.Notes.Take(5));
        var lives = world.Script.Count("activated");
        await grain.Key();
        Assert.Equal(lives + 1, world.Script.Count("activated"));
    }

    /// <summary>Orleans lets one that was used since it last looked begin its whole age anew: it may stay twice as long, and a look more.</summary>
    [Fact]
    public async Task What_was_used_once_stays_for_its_age_and_on_Orleans_up_to_twice_as_long()
    {
        await using var world = await World.Start();
        await world.Grain<ILifeGrain>().Key();
        await world.Age(World.Step);
        await world.Grain<ILifeGrain>().Key();
        var age = await world.AgeUntilCollected();
        Assert.InRange(age, World.IsOrleans ? Minute : 2 * Minute, World.IsOrleans ? 5 * Minute : 2.5 * Minute);
    }

    [Fact]
    public async Task Work_in_flight_is_not_collected()
    {
        await using var world = await World.Start(callTimeout: 3 * Minute);
        var call = world.Grain<ILifeGrain>().Wait("long");
        await world.Script.Reached("long");
        await world.Age(6 * Minute);
        Assert.Equal(1, await world.Activations());
        await World.TimesOut(call);
        world.Script.Open("long");
        await world.AgeUntilCollected();
        Assert.Equal(0, await world.Activations());
    }

    [Fact]
    public async Task A_pump_of_three_minutes_is_not_collected_and_interleaving_calls_are_answered_meanwhile()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ITimerGrain>();
        await grain.StartPump("pump", other: null);
        await world.Script.Reached("pump");
        for (var minute = 0; minute < 3; minute++)
        {
            await world.Age(Minute);
            Assert.Equal("a word", await grain.Word().WaitAsync(World.Patience));
        }

        Assert.DoesNotContain("timer grain deactivated", world.Script.Notes);
        world.Script.Open("pump");
        await world.Idle();
        Assert.Equal(1, world.Script.Count("storage: write"));
        Assert.Equal(1, world.Script.Count("pump ends with new"));
        await world.AgeUntilCollected();
        Assert.Equal(1, world.Script.Count("timer grain deactivated"));
    }

    /// <summary>Orleans gives a goodbye 30 s from the moment it was wished for: after a longer pump it is not said, and the grain leaves all the same.</summary>
    [Fact]
    public async Task DeactivateOnIdle_during_a_pump_of_three_minutes_waits_for_it_and_the_next_call_meets_a_new_activation()
    {
        await using var world = await World.Start(callTimeout: 10 * Minute);
        var grain = world.Grain<ILifeGrain>();
        await grain.StartLongTick("tick", keepAlive: true);
        await world.Script.Reached("tick");
        var late = grain.Key();
        await world.Age(3 * Minute);
        Assert.False(late.IsCompleted);
        Assert.Equal(["activating", "activated", "tick begins"], world.Script.Notes);
        world.Script.Open("tick");
        Assert.Equal("v-1", await late.WaitAsync(World.Patience));
        Assert.Equal(2, world.Script.Count("activated"));
        Assert.True(world.Script.Notes.ToList().IndexOf("scope closed") < world.Script.Notes.ToList().LastIndexOf("activating"));
    }

    [Fact]
    public async Task The_scope_of_an_activation_lives_as_long_as_it()
    {
        await using var world = await World.Start();
        Assert.True(await world.Grain<ILifeGrain>().ScopeIsOpen());
        Assert.DoesNotContain("scope closed", world.Script.Notes);
        await world.AgeUntilCollected();
        await World.Until("its scope is closed", () => world.Script.Count("scope closed") == 1);
    }
}
