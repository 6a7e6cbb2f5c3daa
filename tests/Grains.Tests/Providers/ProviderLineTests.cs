using VideoGen.Access;
using VideoGen.Grains.Providers;
using VideoGen.Providers;

namespace VideoGen.Grains.Tests.Providers;

/// <summary>The line in front of a provider account.</summary>
public sealed class ProviderLineTests
{
    private static readonly DateTimeOffset T = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly CallReport Ended = new(Worked: null, HoldsSlot: false), Failed = new(Worked: false, HoldsSlot: false), Worked = new(Worked: true, HoldsSlot: true);
    private ProviderLine line = ProviderLine.Empty;

    [Fact]
    public void Where_a_provider_says_no_number_everybody_goes_and_nobody_is_remembered()
    {
        for (var i = 0; i < 100; i++) Assert.True(Goes("alice", i, slots: null));
        Assert.Empty(line.Leases);
        Assert.Empty(line.Waiting);
    }

    [Fact]
    public void Only_so_many_are_at_the_provider_at_a_time()
    {
        Assert.True(Goes("alice", 1, slots: 2));
        Assert.True(Goes("alice", 2, slots: 2));
        Assert.Equal(WaitReason.Slot, Waits("alice", 3, slots: 2).Why);
        line = line.Heard(SlotOf("alice", 1), Ended, T);
        Assert.True(Goes("alice", 3, slots: 2));
    }

    [Fact]
    public void A_hundred_videos_of_one_user_do_not_hold_anothers_first()
    {
        Assert.True(Goes("alice", 0, slots: 1));
        for (var i = 1; i < 100; i++) Waits("alice", i, slots: 1);
        Waits("bob", 1, slots: 1);
        line = line.Heard(SlotOf("alice", 0), Ended, T);
        Assert.True(Goes("bob", 1, slots: 2));
        Assert.False(Goes("alice", 99, slots: 2)); // Of one user the oldest.
        Assert.True(Goes("alice", 1, slots: 2));
    }

    [Fact]
    public void Who_is_not_heard_of_gives_its_place_back()
    {
        Assert.True(Goes("alice", 1, slots: 1));
        Waits("bob", 1, slots: 1, T);
        var later = T + ProviderLine.LeaseFor;
        Assert.Equal(WaitReason.Slot, Waits("carol", 1, slots: 1, later - TimeSpan.FromSeconds(1)).Why);
        Assert.True(Goes("carol", 1, slots: 1, later)); // Bob has left the line.
    }

    [Fact]
    public void A_provider_that_asks_for_quiet_gets_it()
    {
        line = line.Heard(SlotOf("alice", 1), new(Worked: null, HoldsSlot: false, Throttled: true, RetryAfter: TimeSpan.FromSeconds(20)), T);
        Assert.Equal(WaitReason.Rate, Waits("alice", 2, slots: null, T.AddSeconds(19)).Why);
        Assert.True(Goes("alice", 2, slots: null, T.AddSeconds(20)));
    }

    [Fact]
    public void No_more_than_so_many_in_a_minute()
    {
        for (var i = 0; i < 3; i++) Assert.True(Goes("alice", i, perMinute: 3));
        Assert.Equal(WaitReason.Rate, Waits("alice", 3, perMinute: 3, now: T.AddSeconds(59)).Why);
        Assert.True(Goes("alice", 3, perMinute: 3, now: T.AddSeconds(60)));
    }

    [Fact]
    public void After_five_failures_in_a_row_one_at_a_time_tries_and_the_first_that_works_lets_all_through()
    {
        for (var i = 0; i < Breaker.Threshold; i++)
        {
            Assert.True(Goes("alice", i));
            line = line.Heard(SlotOf("alice", i), Failed, T);
        }

        Assert.Equal(WaitReason.Breaker, Waits("alice", 10).Why);
        var tried = T + Breaker.OpenFirst;
        Assert.True(Goes("alice", 10, now: tried));
        Assert.Equal(WaitReason.Breaker, Waits("bob", 1, now: tried).Why);
        line = line.Heard(SlotOf("alice", 10), Worked, tried);
        Assert.True(Goes("bob", 1, now: tried));
    }

    [Fact]
    public void A_try_that_fails_doubles_the_wait_up_to_five_minutes()
    {
        var breaker = new Breaker();
        var now = T;
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            breaker = breaker.Failed(now);
            if (breaker.HoldsUntil(now) is not { } until) continue;
            waits.Add(until - now);
            now = until;
        }

        Assert.Equal(new double[] { 30, 60, 120, 240, 300, 300, 300, 300 }, waits.Select(w => w.TotalSeconds));
        Assert.Equal(new Breaker(), breaker.Worked());
    }

    [Fact]
    public void A_success_between_failures_keeps_it_closed()
    {
        var breaker = new Breaker();
        for (var i = 0; i < 20; i++) breaker = i % 4 == 3 ? breaker.Worked() : breaker.Failed(T);
        Assert.Null(breaker.HoldsUntil(T));
    }

    [Fact]
    public void From_outside_a_breaker_is_closed_open_or_trying_since_it_opened_first()
    {
        var breaker = new Breaker();
        Assert.Equal(new(BreakerState.Closed, 0, null, null), breaker.Look(T));
        for (var i = 0; i < Breaker.Threshold; i++) breaker = breaker.Failed(T);
        Assert.Equal(new(BreakerState.Open, 5, T, T.AddSeconds(30)), breaker.Look(T));
        var tried = T.AddSeconds(30);
        Assert.Equal(new(BreakerState.Trying, 5, T, null), breaker.Look(tried));
        Assert.Equal(new(BreakerState.Open, 6, T, tried.AddSeconds(60)), breaker.Passed(tried).Failed(tried).Look(tried));
        Assert.Equal(new(BreakerState.Closed, 0, null, null), breaker.Worked().Look(tried));
    }

    [Fact]
    public void From_outside_a_line_says_who_is_there_and_who_waits_and_asks_nobody()
    {
        Assert.True(Goes("alice", 1, slots: 1, perMinute: 5));
        Assert.Equal(WaitReason.Slot, Waits("bob", 1, slots: 1, perMinute: 5).Why);
        var before = line;

        var look = line.Look(new("kling", "Its key is wrong.", T), traits: null, T.AddSeconds(1));

        Assert.Equal(("kling", "Its key is wrong.", T, 1, 1, 1), (look.Type, look.Trouble, look.LookedAt, look.Used, look.Waiting, look.Sent));
        Assert.Equal((null, BreakerState.Closed, null), (look.Slots, look.Breaker.State, look.QuietUntil));
        Assert.Same(before, line);
        Assert.Equal(0, line.Look(null, null, T + ProviderLine.PlaceFor).Waiting); // Who has not asked again for so long has left.
        line = line.Heard(SlotOf("alice", 1), new(true, HoldsSlot: true, Throttled: true, TimeSpan.FromSeconds(40)), T);
        Assert.Equal((T.AddSeconds(40), null), (line.Look(null, null, T).QuietUntil, line.Look(null, null, T.AddSeconds(41)).QuietUntil));
    }

    private static Slot SlotOf(string user, int number) => new($"v-{user}-{number}", 1);

    private bool Goes(string user, int number, int? slots = null, DateTimeOffset? now = null, int? perMinute = null) => Acquire(user, number, slots, now, perMinute) is SlotAnswer.Granted;

    private SlotAnswer.Wait Waits(string user, int number, int? slots = null, DateTimeOffset? now = null, int? perMinute = null) =>
        Assert.IsType<SlotAnswer.Wait>(Acquire(user, number, slots, now, perMinute));

    private SlotAnswer Acquire(string user, int number, int? slots, DateTimeOffset? now, int? perMinute)
    {
        (line, var answer) = line.Acquire(SlotOf(user, number), new Owner("bot", user), slots, perMinute, now ?? T);
        return answer;
    }
}
