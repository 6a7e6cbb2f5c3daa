using System.Globalization;
using VideoGen.Engine.Conformance.Grains;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

/// <summary>What only the embedded engine promises.</summary>
public sealed class BeyondOrleansTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Before_the_start_calls_are_refused()
    {
        await using var built = new EmbeddedEngineBuilder(new VirtualTimeProvider())
            .Configure(options => options.AddGrain(typeof(UnremindableGrain)))
            .Build();
        await Assert.ThrowsAsync<EngineClosedException>(() => built.Engine.Grains.GetGrain<IUnremindableGrain>("v-1").Register());
    }

    [Fact]
    public async Task A_crashed_world_is_at_rest_whatever_was_waiting_in_it()
    {
        var dropped = World.Scheduled(new Nowhere());
        _ = dropped.Engine.OpenClient("start").Run(() => dropped.Engine.StartAsync());
        var idle = dropped.Engine.WhenIdle();
        Assert.False(idle.IsCompleted);
        dropped.Engine.Crash();
        await idle.WaitAsync(World.Patience);
        await dropped.Idle();
    }

    [Fact]
    public async Task After_a_crash_nothing_runs_any_more()
    {
        await using var world = await World.Start();
        var call = world.Grain<ILifeGrain>().LeaveAfter("go");
        await world.Script.Reached("go");
        world.Engine.Crash();
        world.Script.Open("go");
        await world.Idle().WaitAsync(World.Patience);
        Assert.False(call.IsCompleted);
        Assert.Equal(["activating", "activated"], world.Script.Notes);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another_one()
    {
        var runs = Enumerable.Range(0, 10).Select(seed => (First: Run(seed), Second: Run(seed))).ToList();
        Assert.All(runs, run => Assert.Equal(run.First, run.Second));
        Assert.True(runs.Select(run => run.First).Distinct(StringComparer.Ordinal).Count() > 5);
    }

    /// <summary>Clients, calls, state, timers and reminders on one thread; the trace is what happened in which order.</summary>
    private static string Run(int seed)
    {
        var turns = new SeededTurns(seed);
        var world = World.Scheduled(turns);
        var start = world.Engine.OpenClient("start").Run(() => world.Engine.StartAsync());
        turns.RunAll();
        Assert.True(start.IsCompletedSuccessfully);

        var clients = Enumerable.Range(0, 4).Select(number => world.Engine.OpenClient(number.ToString(CultureInfo.InvariantCulture)).Run(async () =>
        {
            for (var step = 0; step < 5; step++)
            {
                await world.Grain<IStateGrain>($"v-{step % 2}").Add(number);
                world.Script.Note($"client {number} did step {step}");
            }

            await world.Grain<ITimerGrain>($"v-{number % 2}").Start(Second, 7 * Second);
            await world.Grain<IReminderGrain>().Register($"r{number}", 60 * Second, 60 * Second);
        })).ToList();
        turns.RunAll();
        Assert.All(clients, client => Assert.True(client.IsCompletedSuccessfully));

        var end = world.Clock.GetUtcNow() + (600 * Second);
        while (world.Clock.NextDue is { } due && due <= end)
        {
            world.Clock.AdvanceTo(due);
            turns.RunAll();
        }

        world.Engine.Crash();
        return string.Join('\n', world.Script.Notes);
    }

    /// <summary>Turns that never come.</summary>
    private sealed class Nowhere : ITurnQueue
    {
        public void Ready(Activation activation)
        {
            // Dropped.
        }
    }

    private sealed class SeededTurns(int seed) : ITurnQueue
    {
        private readonly Random _chance = new(seed);
        private readonly List<Activation> _ready = [];
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public void Ready(Activation activation)
        {
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            _ready.Add(activation);
        }

        public void RunAll()
        {
            while (_ready.Count > 0)
            {
                var chosen = _chance.Next(_ready.Count);
                var activation = _ready[chosen];
                _ready.RemoveAt(chosen);
                if (activation.RunTurn())
                    _ready.Add(activation);
            }
        }
    }
}
