using VideoGen.Engine;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>A tick that was on its way when its timer was disposed of still runs, on either engine: it must harm nothing.</summary>
public sealed class LateTickTests
{
    [Fact]
    public async Task The_tick_of_a_timer_that_was_disposed_of_submits_nothing_beside_the_tick_that_took_its_place()
    {
        var turns = new HeldTurns();
        await using var world = new World(turns);
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Down)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is RequestState.Queued { Course.FailedSends: 1 }, what: "a submit that is tried again");
        await world.Settle();

        turns.Hold();
        var wake = world.Request().Wake(); // It disposes of the timer, and arms another one that is due at once…
        world.Time.AdvanceTo(world.Document().WakeAt!.Value); // …while the tick of the first one stands behind it.
        Assert.NotEmpty(turns.Held);
        turns.Release();
        await wake.WaitAsync(TimeSpan.FromSeconds(30));
        await world.Ended();
        Assert.Single(world.Provider.Orders);
        Assert.Single(world.Provider.Jobs);
    }

    /// <summary>As ever, but for the time in which a test holds it up.</summary>
    private sealed class HeldTurns : OneTurnAtATime
    {
        private readonly Lock gate = new();
        private readonly List<Activation> held = [];
        private bool holds;

        public IReadOnlyList<Activation> Held
        {
            get
            {
                lock (gate) return [.. held];
            }
        }

        public override void Ready(Activation activation)
        {
            lock (gate)
            {
                if (holds)
                {
                    held.Add(activation);
                    return;
                }
            }

            Run(activation);
        }

        public void Hold()
        {
            lock (gate) holds = true;
        }

        public void Release()
        {
            List<Activation> all;
            lock (gate)
            {
                holds = false;
                all = [.. held];
                held.Clear();
            }

            all.ForEach(Run);
        }
    }
}
