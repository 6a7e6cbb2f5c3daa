using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

/// <summary>How a process ends while its grains work.</summary>
public sealed class ShutdownTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Shutdown_waits_for_a_running_tick_that_writes_and_refuses_calls_from_outside()
    {
        await using var world = await World.Start();
        await world.Grain<ILifeGrain>("v-other").Key();
        await world.Grain<ITimerGrain>().StartPump("pump", other: null);
        await world.Script.Reached("pump");
        var stopping = world.Stop();
        await World.Until("the other grain leaves", () => world.Script.Notes.Contains("deactivating ShuttingDown"));
        Assert.False(stopping.IsCompleted);
        await Assert.ThrowsAnyAsync<OrleansException>(() => world.Grain<ILifeGrain>("v-9").Key());
        world.Script.Open("pump");
        await stopping.WaitAsync(World.Patience);
        Assert.Contains("pump ends with new", world.Script.Notes);
        Assert.Contains("storage: write", world.Script.Notes);
        Assert.Contains("timer grain deactivated", world.Script.Notes);
    }

    [Fact]
    public async Task Shutdown_ends_at_its_deadline()
    {
        await using var world = await World.Start();
        await world.Grain<ITimerGrain>().StartPump("never", "v-other");
        await world.Script.Reached("never");
        using var deadline = new CancellationTokenSource();
        var stopping = world.Stop(deadline.Token);
        await deadline.CancelAsync();
        await stopping.WaitAsync(World.Patience);
        Assert.DoesNotContain("timer grain deactivated", world.Script.Notes);
    }

    /// <summary>A silo that stops answers a call of another grain with an exception: what is left to do then is done after the next start.</summary>
    [Fact]
    public async Task While_the_process_shuts_down_running_work_may_write_and_on_the_embedded_engine_call_other_grains()
    {
        await using var world = await World.Start();
        await world.Grain<ILifeGrain>("v-other").Key();
        await world.Grain<ITimerGrain>().StartPump("pump", "v-other");
        await world.Script.Reached("pump");
        var stopping = world.Stop();
        await World.Until("the other grain leaves", () => world.Script.Notes.Contains("deactivating ShuttingDown"));
        Assert.False(stopping.IsCompleted);
        world.Script.Open("pump");
        await stopping.WaitAsync(World.Patience);
        Assert.Contains(World.IsOrleans ? "pump ends with its call refused" : "pump ends with v-other", world.Script.Notes);
        Assert.Contains("storage: write", world.Script.Notes);
        Assert.Contains("timer grain deactivated", world.Script.Notes);
        if (!World.IsOrleans)
            Assert.Equal(0, await world.Activations());
    }

    /// <summary>A grain that leaves on Orleans begins no call, and refuses none before it is gone: one that asks itself waits until it times out.</summary>
    [Fact]
    public async Task While_the_process_shuts_down_running_work_may_ask_its_own_grain_on_the_embedded_engine()
    {
        await using var world = await World.Start(callTimeout: 3 * Minute); // Long enough for the first call of a busy machine.
        await world.Grain<ILifeGrain>("v-other").Key();
        await world.Grain<ITimerGrain>().StartPumpThatAsksItself("pump");
        await world.Script.Reached("pump");
        var stopping = world.Stop();
        await World.Until("the other grain leaves", () => world.Script.Notes.Contains("deactivating ShuttingDown"));
        world.Script.Open("pump");
        await stopping.WaitAsync(World.Patience);
        Assert.Contains(World.IsOrleans ? "its own call had no answer" : "a word", world.Script.Notes);
        Assert.Contains("timer grain deactivated", world.Script.Notes);
    }
}
