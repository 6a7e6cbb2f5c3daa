using VideoGen.Grains.Quotas;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Quotas;

public sealed class QuotaLedgerTests
{
    private static readonly DateTimeOffset T = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly QuotaLimits Limits = new(VideosPerDay: 5, TimeSpan.FromMinutes(10));
    private static readonly QuotaLimits NoCooldown = Limits with { Cooldown = TimeSpan.Zero };
    private static readonly QuotaLimits OneADay = new(VideosPerDay: 1, TimeSpan.Zero);

    [Fact]
    public void Five_videos_in_a_rolling_day_and_the_sixth_when_the_first_is_a_day_old()
    {
        var ledger = new QuotaDocument();
        for (var i = 0; i < 5; i++) ledger = Reserved(ledger, $"v-{i}", T.AddHours(i), NoCooldown);
        var refusal = RefusalOf(ledger, "v-5", T.AddHours(5), NoCooldown);
        Assert.Equal((Codes.QuotaExceeded, T.AddDays(1), 5, 0), (refusal.Code, refusal.Until, refusal.Limit, refusal.Remaining));
        RefusalOf(ledger, "v-5", T.AddDays(1).AddMilliseconds(-1), NoCooldown);
        Reserved(ledger, "v-5", T.AddDays(1), NoCooldown);
    }

    [Fact]
    public void Ten_minutes_between_two_videos()
    {
        var ledger = Reserved(new(), "v-1", T);
        var refusal = RefusalOf(ledger, "v-2", T.AddMinutes(9));
        Assert.Equal((Codes.Cooldown, T.AddMinutes(10)), (refusal.Code, refusal.Until));
        Reserved(ledger, "v-2", T.AddMinutes(10));
    }

    [Fact]
    public void A_release_gives_quota_and_cooldown_back()
    {
        var ledger = QuotaLedger.Settle(Reserved(new(), "v-1", T), "v-1", 1, counts: false, T, Limits, T);
        Reserved(ledger, "v-2", T);
        Reserved(ledger, "v-2", T, OneADay);
    }

    [Fact]
    public void Reserving_again_reserves_once()
    {
        var ledger = Reserved(new(), "v-1", T);
        Assert.Same(ledger, Reserved(ledger, "v-1", T.AddMinutes(1)));
    }

    [Fact]
    public void A_release_that_comes_first_refuses_the_late_reserve()
    {
        var ledger = QuotaLedger.Settle(new(), "v-1", 1, counts: false, T, Limits, T);
        RefusalOf(ledger, "v-1", T.AddHours(20));
        Assert.Same(ledger, QuotaLedger.Settle(ledger, "v-1", 1, counts: false, T, Limits, T));
        Reserved(ledger, "v-1", T, round: 2);
    }

    [Fact]
    public void A_settlement_that_this_ledger_knows_nothing_of_is_written_and_counts_from_when_it_was_asked()
    {
        var ledger = QuotaLedger.Settle(new(), "v-1", 1, counts: true, asked: T, Limits, now: T.AddHours(23));
        Assert.Equal(T.AddHours(24), RefusalOf(ledger, "v-2", T.AddHours(23), OneADay).Until);
        Reserved(ledger, "v-2", T.AddHours(24), OneADay);
    }

    [Fact]
    public void The_first_settlement_stands()
    {
        var counted = QuotaLedger.Settle(Reserved(new(), "v-1", T), "v-1", 1, counts: true, T, Limits, T);
        Assert.Same(counted, QuotaLedger.Settle(counted, "v-1", 1, counts: false, T, Limits, T));
        RefusalOf(counted, "v-2", T, OneADay);
    }

    [Fact]
    public void Time_that_runs_backwards_gives_nothing_away()
    {
        var ledger = Reserved(new(), "v-1", T);
        Assert.Equal(T.AddMinutes(10), RefusalOf(ledger, "v-2", T.AddDays(-2)).Until);
    }

    [Fact]
    public void Entries_are_dropped_when_no_call_can_be_that_late()
    {
        var ledger = new QuotaDocument();
        for (var day = 0; day < 100; day++)
        {
            ledger = Reserved(ledger, $"v-{day}", T.AddDays(day), NoCooldown);
            ledger = QuotaLedger.Settle(ledger, $"v-{day}", 1, counts: day % 2 == 0, T, Limits, T.AddDays(day));
        }

        Assert.InRange(ledger.Entries.Length, 1, 3);
    }

    [Fact]
    public void A_run_makes_one_video_whatever_the_words_and_says_which()
    {
        var run = new RunLimits(VideosPerRun: 1);
        var key = VideoRequestKey.For(1, new("c", "u"), "a cat");
        var ledger = Reserved(new(), key, T, run);
        Assert.Same(ledger, Reserved(ledger, key, T.AddDays(20), run));
        var refusal = RefusalOf(ledger, "v-reworded", T.AddDays(29), run);
        Assert.Equal((Codes.RunLimit, null, 1, 0), (refusal.Code, refusal.Until, refusal.Limit, refusal.Remaining));
        Assert.Contains($"video_{key}_1", refusal.Text, StringComparison.Ordinal);
        Reserved(QuotaLedger.Settle(ledger, key, 1, counts: false, T, run, T), "v-reworded", T, run);
    }

    [Fact]
    public void What_a_run_holds_counts_as_long_as_its_window()
    {
        var run = new RunLimits(VideosPerRun: 2);
        var ledger = Reserved(Reserved(new(), "v-1", T, run), "v-2", T.AddDays(10), run);
        RefusalOf(ledger, "v-3", T.AddDays(29), run);
    }

    private static QuotaDocument Reserved(QuotaDocument ledger, string request, DateTimeOffset at, ReservationLimits? limits = null, int round = 1)
    {
        var (next, verdict) = QuotaLedger.Reserve(ledger, request, round, limits ?? Limits, at);
        Assert.IsType<ReserveVerdict.Reserved>(verdict);
        return next;
    }

    private static Refusal RefusalOf(QuotaDocument ledger, string request, DateTimeOffset at, ReservationLimits? limits = null)
    {
        var (next, verdict) = QuotaLedger.Reserve(ledger, request, 1, limits ?? Limits, at);
        Assert.Same(ledger, next);
        return Assert.IsType<ReserveVerdict.Refused>(verdict).Refusal;
    }
}
