using VideoGen.Engine.Simulation;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Providers;

namespace VideoGen.Grains.Tests.Providers;

/// <summary>The last check before money can be spent.</summary>
public sealed class SubmitGateTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5), Instant = TimeSpan.FromMilliseconds(1);
    private readonly VirtualTimeProvider time = new(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_submit_leaves_within_its_window_or_not_at_all()
    {
        var gate = new SubmitGate(time, time.GetTimestamp(), Window);
        time.Advance(Window);
        Assert.True(gate.MaySend);
        time.Advance(Instant);
        Assert.False(gate.MaySend);
    }

    [Fact]
    public void What_costs_money_leaves_half_a_second_after_the_last_look_at_the_pauses_began_or_not_at_all()
    {
        var intended = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(1));
        var gate = new SubmitGate(time, intended, Window, time.GetTimestamp(), SpendOptions.PauseFresh);
        time.Advance(SpendOptions.PauseFresh);
        Assert.True(gate.MaySend);
        time.Advance(Instant);
        Assert.False(gate.MaySend);
    }

    [Fact]
    public void Whoever_pauses_waits_longer_than_a_look_is_good_for() => Assert.True(SpendOptions.PauseFresh < VideoGen.Budgets.IPauses.Settle);
}
