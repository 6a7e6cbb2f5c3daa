using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What a request's life does to money, and what stops it.</summary>
public sealed class MoneyTests
{
    private static readonly FundsId Id = new(World.Key(), 1);

    [Fact]
    public async Task A_videos_price_is_reserved_before_it_is_sent_and_what_the_provider_took_is_booked()
    {
        await using var world = new World();
        FundsState? whenSent = null;
        world.Provider.NextSubmits.Enqueue((_, _) =>
        {
            whenSent = world.Money.Funds[Id].State;
            return Task.FromResult<SubmitReply?>(null);
        });
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(FundsState.Reserved, whenSent);
        var funds = world.Money.Funds[Id];
        Assert.Equal((FundsState.Spent, 3.20m, CostSource.Provider), (funds.State, funds.ReservedUsd, funds.Source));
        Assert.Equal(((Ended)world.State()).Charge.Usd, funds.Usd);
    }

    [Fact]
    public async Task Who_has_no_budget_left_is_refused_with_the_numbers_and_holds_no_quota()
    {
        await using var world = new World();
        world.Budgets.GlobalDailyUsd = 5;
        world.Quotas.Cooldown = TimeSpan.Zero;
        await world.Drive(world.Ask());
        var refused = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog", "bob"))).Refusal;
        Assert.Equal((Codes.BudgetExceeded, 5m, 1.80m), (refused.Code, refused.LimitUsd, refused.RemainingUsd));
        world.Budgets.GlobalDailyUsd = 10;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog", "bob")));
    }

    [Fact]
    public async Task What_nobody_knows_to_be_paid_is_at_risk_until_an_operator_gives_it_up()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(FundsState.AtRisk, world.Money.Funds[Id].State);
        var discarded = await world.Drive(world.Request().Discard(1, "The provider never answered."));
        Assert.NotNull(discarded);
        await world.Ended();
        Assert.Equal((FundsState.Spent, CostSource.Discarded), (world.Money.Funds[Id].State, world.Money.Funds[Id].Source));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask())); // Replayed: its window is not over.
        Assert.Single(world.Document().Rounds);
        Assert.Null(await world.Drive(world.Request().Discard(7, "There is no such round.")));
    }

    [Fact]
    public async Task Only_an_operator_who_accepts_a_double_payment_gets_past_an_unknown_one_and_only_once()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Ended();
        world.Quotas.Cooldown = TimeSpan.Zero;
        var requeued = Assert.IsType<RequeueAnswer.Requeued>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: true)));
        Assert.Equal(2, requeued.Video.Id.Round);
        await world.Until(() => world.State() is Ended { Settle: null, Discard: null }, what: "round 2 to end");
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: true))); // A second click, much later.
        Assert.Equal(2, world.Document().Rounds.Length);
        Assert.Equal((FundsState.AtRisk, FundsState.Spent), (world.Money.Funds[Id].State, world.Money.Funds[Id with { Round = 2 }].State));
    }

    [Fact]
    public async Task A_pause_refuses_new_requests_holds_those_that_wait_and_does_not_count_for_their_deadline()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Down)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Queued { LastFailure: not null });
        world.Pauses.Set(new(Scopes.Global, PauseKind.Operator, "The budget meeting.", world.Time.GetUtcNow(), Until: null));
        var refused = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog", "bob"))).Refusal;
        Assert.Equal((Codes.Paused, "Paused by the operator: The budget meeting."), (refused.Code, refused.Text));

        await world.Until(() => world.State() is Queued { Hold.IsPause: true }, what: "the request to be held");
        world.Time.Advance(TimeSpan.FromHours(20)); // Ten times its deadline.
        await world.Settle();
        var view = await world.Drive(world.Request().Get(1));
        Assert.Equal((VideoStatus.Queued, "Paused by the operator: The budget meeting."), (view!.Status, view.Waiting));
        Assert.Empty(world.Provider.Jobs);

        world.Pauses.Lift(Scopes.Global, world.Time.GetUtcNow());
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_pause_that_comes_after_the_intent_still_holds_the_submit()
    {
        await using var world = new World();
        // Set when the intent is on disk, and not known from memory before the look.
        world.Disk.OnWrite = json =>
        {
            if (json.Contains("\"submitting\"", StringComparison.Ordinal) && world.Pauses.InForce(world.Time.GetUtcNow()).Length == 0)
            {
                world.Pauses.Set(new(Scopes.Global, PauseKind.Operator, "Stop.", world.Time.GetUtcNow(), world.Time.GetUtcNow().AddMinutes(10)));
            }

            return null;
        };
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Queued { LastFailure.Code: Codes.Paused } or Queued { Hold.IsPause: true }, what: "the submit to be held");
        Assert.Empty(world.Provider.Jobs);
        Assert.Empty(((Live)world.State()).Course.Sent); // It counts neither as a submit nor for the window.
        world.Disk.OnWrite = null;
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task The_third_paid_submit_in_a_minute_of_two_trips_the_breaker_and_is_made_when_it_is_over()
    {
        await using var world = new World();
        world.Spending.SubmitsPerMinute = 2;
        world.Quotas.Cooldown = TimeSpan.Zero;
        for (var i = 0; i < 3; i++) Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask($"cat {i}", $"user-{i}")));
        await world.Until(() => world.Pauses.InForce(world.Time.GetUtcNow()).Length == 1, what: "the breaker to trip");
        Assert.Equal(2, world.Pauses.Submits.Count);
        for (var i = 0; i < 3; i++) await world.Ended($"cat {i}", $"user-{i}");
        Assert.Equal(3, world.Provider.Jobs.Count);
        Assert.True(world.Pauses.Submits[2].At - world.Pauses.Submits[0].At >= world.Spending.ResetAfter);
    }

    [Fact]
    public async Task A_provider_with_one_slot_makes_one_video_at_a_time()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Slots = 1 };
        for (var i = 0; i < 3; i++) Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask($"cat {i}", $"user-{i}")));
        await world.Until(() => Enumerable.Range(0, 3).Count(i => world.State($"cat {i}", $"user-{i}") is Queued { Hold.Reason: HoldReason.Slot }) == 2, what: "two to wait in the line");
        Assert.Single(world.Provider.Jobs);
        for (var i = 0; i < 3; i++) await world.Ended($"cat {i}", $"user-{i}");
        Assert.Equal(3, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task A_quote_says_what_would_come_of_an_ask_and_changes_nothing()
    {
        await using var world = new World();
        Assert.Equal((3.20m, null), await Quote());
        Assert.Empty(world.Disk.Keys(GrainNames.VideoRequest));
        Assert.Empty(world.Money.Funds);

        await world.Drive(world.Ask());
        Assert.Equal(Dedup.Joined, Assert.IsType<AskAnswer.Accepted>((await Quote()).Answer).Dedup);
        await world.Ended();
        Assert.Equal(Dedup.Replayed, Assert.IsType<AskAnswer.Accepted>((await Quote()).Answer).Dedup);
        var question = Assert.IsType<AskAnswer.Question>((await Quote(Given.Options with { Seconds = 8 })).Answer);
        Assert.Equal((Codes.SamePromptOtherOptions, null), (question.Code, question.Offer)); // Only an ask offers.
        Assert.Null(world.Document().Confirmations);
        Assert.Equal(Codes.Cooldown, Assert.IsType<AskAnswer.Refused>((await Quote(prompt: "a dog")).Answer).Refusal.Code);
        world.Budgets.GlobalDailyUsd = 1;
        Assert.Equal(1, Assert.IsType<AskAnswer.Refused>((await Quote(prompt: "a dog", user: "bob")).Answer).Refusal.LimitUsd);
        Assert.Equal(Codes.ModelNotFound, Assert.IsType<AskAnswer.Refused>((await Quote(new("sora", "1280x720", 4))).Answer).Refusal.Code);

        async Task<(decimal PriceUsd, AskAnswer? Answer)> Quote(VideoOptions? options = null, string prompt = "a cat", string user = "alice")
        {
            var quote = await world.Drive(world.Request(prompt, user).Quote(World.Wish(prompt, user) with { Options = options ?? Given.Options }));
            return (quote.PriceUsd, quote.Answer);
        }
    }
}
