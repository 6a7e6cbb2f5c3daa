using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Routes: the next account is tried only with proof that the one before makes nothing that costs, and money goes where the round goes.</summary>
public sealed class RouteTests
{
    private static readonly FundsId Id = new(World.Key(), 1);
    private static readonly VideoOptions Way = Given.Options with { Model = "way" };
    private static readonly SubmitReply NoJob = new SubmitReply.NoJob(Given.Down);

    [Fact]
    public async Task With_proof_that_there_is_no_job_the_next_account_makes_it_and_money_moves_with_it()
    {
        await using var world = OnRoute(NoJob);
        var view = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(options: Way))).Video;
        await world.Ended();

        var ended = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.Completed>(ended.Outcome);
        Assert.Equal((Way, "second", 4.00m, 2), (ended.Options, ended.Account, ended.PriceUsd, ended.Attempt));
        Assert.Equal([new LeftStop(1, "local", "local", 3.20m, WhyLeft.NoJob)], ended.Left!);
        Assert.Equal<DecisionStop>([new("local", 3.20m, "no_job"), new("other", 4.00m, Left: null)], (await world.Drive(world.Request().Explain(1)))!.Route);
        var order = Assert.Single(world.Second.Orders);
        Assert.Equal("other-v2", order.Options.Model);
        Assert.EndsWith("-1.2", order.ProviderKey, StringComparison.Ordinal);
        Assert.Empty(world.Provider.Jobs);
        Assert.Equal((Way, 3.20m), (view.Options, view.EstimatedUsd));

        Assert.Equal((FundsState.Spent, 4.00m), (world.Money.Funds[Id].State, world.Money.Funds[Id].ReservedUsd));
        Assert.Equal(
            [("local", FundsState.Reserved), ("local", FundsState.Released), ("second", FundsState.Reserved), ("second", FundsState.Spent)],
            world.Money.History.Select(line => (line.Payment.Account, line.To)));
        Assert.Equal(0, world.Money.Accounts[new(Scopes.Provider("local"), "2026-11-20")].ReservedUsd);
        Assert.Equal(Dedup.Replayed, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(options: Way))).Dedup);
        Assert.Equal(Codes.Cooldown, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog"))).Refusal.Code); // It counts, and once.
    }

    public static TheoryData<string, SubmitReply, bool> Answers => new()
    {
        { "it does not take it", new SubmitReply.NoJob(Given.Invalid), true },
        { "it cannot be reached", new SubmitReply.NotSent(Given.Down), true },
        { "its policy says no", new SubmitReply.NoJob(Given.Policy), false },
        { "nobody knows", new SubmitReply.Unknown(Given.Lost), false },
        { "our picture is gone", new SubmitReply.NoJob(new(FailureKind.Refused, "gone", Codes.InputGone)), false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_proof_leads_on_and_neither_a_policys_no_nor_our_own(string what, SubmitReply answer, bool leads)
    {
        await using var world = OnRoute(answer);
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.True(leads == (world.Second.Jobs.Count == 1), what);
        Assert.Empty(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_job_of_an_earlier_stop_that_is_found_after_all_is_booked_and_stopped_there()
    {
        await using var world = OnRoute(NoJob);
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        var gate = new SubmitGate(world.Time, world.Time.GetTimestamp(), TimeSpan.FromMinutes(1));
        var job = Assert.IsType<SubmitReply.Accepted>(await world.Provider.Submit(new(ProviderMark.Of("test1234", World.Key(), 1, 1), "a cat", Way), gate, CancellationToken.None)).JobId;

        Assert.Equal(JobAdoption.Unknown, await world.Drive(world.Request().Adopt(1, 1, "second", job)));
        Assert.Equal(JobAdoption.Adopted, await world.Drive(world.Request().Adopt(1, 1, "local", job)));

        await world.Until(() => world.Document().Orphans is [{ Account: "local", Charged: not null }], what: "the orphan to be stopped");
    }

    [Fact]
    public async Task A_pause_of_an_account_holds_its_rounds_and_sends_none_elsewhere()
    {
        await using var world = OnRoute();
        world.Pauses.Set(new(Scopes.Provider("local"), PauseKind.Operator, "lunch", Given.T, Given.T.AddHours(1)));
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.Empty(world.Second.Orders);
    }

    [Fact]
    public async Task An_absence_that_is_proven_leads_on_and_a_lookup_that_proves_nothing_does_not()
    {
        await using var world = OnRoute(new SubmitReply.Unknown(Given.Lost));
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Single(world.Second.Jobs);
        Assert.Equal(WhyLeft.JobAbsent, Assert.Single(((Ended)world.State()).Left!).Why);

        await using var other = OnRoute(new SubmitReply.Unknown(Given.Lost));
        other.Provider.Traits = other.Provider.Traits with { Resolution = Resolution.Lookup };
        await other.Drive(other.Ask(options: Way));
        await other.Ended();
        Assert.IsType<RequestOutcome.DeadLettered>(((Ended)other.State()).Outcome);
        Assert.Empty(other.Second.Orders);
    }

    [Theory]
    [InlineData(Charged.No, FailureKind.Unavailable, true)]
    [InlineData(Charged.No, FailureKind.Refused, true)]
    [InlineData(Charged.No, FailureKind.Rejected, false)]
    [InlineData(Charged.Yes, FailureKind.Unavailable, false)]
    [InlineData(Charged.Unknown, FailureKind.Unavailable, false)]
    public async Task A_job_that_failed_leads_on_only_where_it_is_proven_free_and_no_policy_said_so(Charged charged, FailureKind kind, bool leads)
    {
        await using var world = OnRoute();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(new(kind, "broken"), charged));
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.Equal(leads ? 1 : 0, world.Second.Jobs.Count);
    }

    [Fact]
    public async Task A_provider_that_asks_us_to_slow_down_is_asked_three_times_and_then_the_next_one()
    {
        var throttled = new SubmitReply.NoJob(new(FailureKind.Throttled, "slow down", RetryAfter: TimeSpan.FromMinutes(1)));
        await using var world = OnRoute(throttled, throttled, throttled);
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Empty(world.Provider.NextSubmits);
        Assert.Single(world.Second.Jobs);
        Assert.True(((Ended)world.State()).Stages.Running - Given.T >= TimeSpan.FromMinutes(2)); // Each as late as it said.
        Assert.Equal(WhyLeft.Throttled, Assert.Single(((Ended)world.State()).Left!).Why);

        await using var other = OnRoute(throttled, throttled);
        await other.Drive(other.Ask(options: Way));
        await other.Ended();
        Assert.Single(other.Provider.Jobs);
    }

    [Fact]
    public async Task While_a_provider_fails_again_and_again_it_is_not_asked_and_the_next_one_is()
    {
        await using var world = OnRoute();
        world.Quotas.Cooldown = TimeSpan.Zero;
        for (var i = 0; i < 5; i++) world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(NoJob));
        for (var i = 0; i < 5; i++)
        {
            await world.Drive(world.Ask($"cat {i}", $"user-{i}", Way));
            await world.Until(() => world.State($"cat {i}", $"user-{i}") is Running, what: "the next account to make it");
        }

        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Equal(WhyLeft.Breaker, Assert.Single(((Ended)world.State()).Left!).Why);
        Assert.Empty(world.Provider.Orders);
        Assert.Equal(6, world.Second.Jobs.Count);
        Assert.Single(((Ended)world.State()).Sent); // What was not sent does not count.
    }

    [Fact]
    public async Task Where_the_next_accounts_budget_has_no_room_the_round_ends_free_and_gives_back_what_it_held()
    {
        await using var world = OnRoute(NoJob);
        world.Budgets.GlobalDailyUsd = 3.50m;
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        var ended = Assert.IsType<Ended>(world.State());
        Assert.Equal((Codes.BudgetExceeded, Charged.No), (Assert.IsType<RequestOutcome.Failed>(ended.Outcome).Code, ended.Charge.Charged));
        Assert.Empty(world.Second.Orders);
        Assert.Equal([("local", FundsState.Reserved), ("local", FundsState.Released)], world.Money.History.Select(line => (line.Payment.Account, line.To)));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog"))); // The quota is given back as well.
    }

    [Fact]
    public async Task A_free_stop_after_one_with_a_price_leaves_nothing_held()
    {
        await using var world = OnRoute(NoJob);
        world.Models.Others[0] = world.Models.Others[0] with { Prices = [new(0)] };
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.Equal((FundsState.Spent, "second"), (world.Money.Funds[Id].State, world.Money.Funds[Id].Payment.Account));
        Assert.All(world.Money.Accounts.Values, account => Assert.Equal(0, account.ReservedUsd));
    }

    [Fact]
    public async Task Attempts_count_jobs_that_failed_and_not_the_stops_that_were_left()
    {
        await using var world = OnRoute(NoJob);
        world.Requests.MaxAttempts = 2;
        world.Second.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.Equal((2, 3), (world.Second.Jobs.Count, ((Ended)world.State()).Attempt));

        await using var other = OnRoute();
        other.Requests.MaxAttempts = 1;
        other.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await other.Drive(other.Ask(options: Way));
        await other.Ended();
        Assert.IsType<RequestOutcome.DeadLettered>(((Ended)other.State()).Outcome);
        Assert.Empty(other.Second.Orders);
    }

    [Fact]
    public async Task A_cancel_that_is_wished_meanwhile_is_kept_and_nobody_else_is_asked()
    {
        await using var world = OnRoute();
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource<SubmitReply?>();
        world.Provider.NextSubmits.Enqueue((_, _) =>
        {
            arrived.SetResult();
            return answer.Task;
        });
        await world.Drive(world.Ask(options: Way));
        await world.Until(() => arrived.Task.IsCompleted, what: "the submit");
        await world.Drive(world.Request().Cancel(1));
        answer.SetResult(NoJob);
        await world.Ended();
        Assert.IsType<RequestOutcome.Cancelled>(((Ended)world.State()).Outcome);
        Assert.Empty(world.Second.Orders);
    }

    [Theory]
    [InlineData("job_9")]
    [InlineData(Given.Job)] // The same id as the job of the stop where it is: another provider's, another job.
    public void A_late_job_of_an_earlier_stop_is_stopped_there_and_booked_at_its_account_and_price(string jobId)
    {
        var document = Given.Document(Given.Moved(Given.Running()));
        var late = new JobAccepted(Given.Id, jobId, Given.T);
        var after = RequestRounds.Apply(document, late);
        var orphan = Assert.Single(after.Orphans);
        Assert.Equal(("local", jobId, new Price("local", "local", 3.20m, new(2026, 11, 20))), (orphan.Account, orphan.JobId, orphan.Price));
        Assert.Same(after.Rounds[0], document.Rounds[0]);
        Assert.Same(after, RequestRounds.Apply(after, late)); // Told twice, stopped once.
        Assert.Contains(new RequestEffect.CancelJob(Given.Id, "local", jobId), Effects(after));

        var stopped = RequestRounds.Apply(after, new JobCancelled(Given.Id, jobId, Charged.No, Given.T));
        Assert.Equal(Charged.No, Assert.Single(stopped.Orphans).Charged);
        Assert.IsType<Running>(Assert.Single(stopped.Rounds));

        var ended = Given.Document(Given.Settled(Given.Moved(Given.Saving()).End(new RequestOutcome.Completed(Given.File), new Charge(Charged.Yes, "finished"), Given.T)));
        Assert.Equal("local", Assert.Single(RequestRounds.Apply(ended, late).Orphans).Account);
        Assert.Empty(RequestRounds.Apply(ended, late with { Id = new(1, 2), JobId = Given.Job }).Orphans); // That one is the round's own.
    }

    [Fact]
    public void What_was_reserved_for_one_stop_admits_no_other_however_late_its_answer_comes()
    {
        var admitting = Given.Moved(Given.Admitting(shown: true));
        Assert.Equal(2, Assert.IsType<RequestEffect.ReserveFunds>(RequestEffects.NextEffect(Given.Document(admitting), Given.T)).Attempt);
        Assert.Same(admitting, RequestLifecycle.Apply(admitting, new FundsReserved(1, Given.T, Attempt: 1)));
        Assert.Same(admitting, RequestLifecycle.Apply(admitting, new FundsRefused(1, Given.Refusal, Given.T, Attempt: 1)));
        Assert.IsType<Queued>(RequestLifecycle.Apply(admitting, new FundsReserved(1, Given.T, Attempt: 2)));
    }

    [Fact]
    public void While_such_a_job_may_have_been_paid_the_next_stop_is_not_sent()
    {
        var document = RequestRounds.Apply(Given.Document(Given.Moved(Given.Queued())), new JobAccepted(Given.Id, "job_9", Given.T));
        var after = RequestRounds.Apply(document, new IntentRecorded(new(1, 2), Given.Nonce, Given.T));
        Assert.IsType<RequestOutcome.DeadLettered>(Assert.IsType<Ended>(Assert.Single(after.Rounds)).Outcome);
    }

    [Fact]
    public async Task What_costs_more_than_a_route_may_is_left_out_and_where_nothing_is_left_that_is_said()
    {
        await using var world = OnRoute(NoJob);
        world.Models.Others[1] = world.Models.Others[1] with { MaxUsd = 3.50m };
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Empty(world.Second.Orders);
        Assert.Single(world.Provider.Jobs); // The only stop is tried again, as without a route.

        var refused = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog", "bob", Way with { Seconds = 8 }))).Refusal;
        Assert.Equal(Codes.MaxUsdExceeded, refused.Code);
        Assert.Contains("$3.50", refused.Text, StringComparison.Ordinal);
        Assert.Contains("$6.40", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_leaves_out_what_is_retired_or_has_no_price_and_quotes_the_dearest_that_it_may_come_to()
    {
        await using var world = OnRoute();
        Assert.Equal(4.00m, (await world.Drive(world.Request().Quote(World.Wish() with { Options = Way }))).PriceUsd);
        world.Models.Retires = new(2026, 11, 20);
        await world.Drive(world.Ask(options: Way));
        await world.Ended();
        Assert.Equal(("second", null), (((Ended)world.State()).Account, ((Ended)world.State()).Left));

        world.Models.Others[0] = world.Models.Others[0] with { Prices = [] };
        Assert.Equal(Codes.ModelRetired, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog", "bob", Way))).Refusal.Code);
    }

    [Fact]
    public async Task A_crash_at_every_write_of_a_route_pays_once_and_ends()
    {
        for (var crashAt = 1; crashAt <= 12; crashAt++)
        {
            await using var world = OnRoute(NoJob);
            var writes = 0;
            var at = crashAt;
            world.Disk.OnWrite = _ =>
            {
                if (++writes == at) world.Crash();
                return null;
            };
            _ = world.Ask(options: Way);
            await world.Until(() => writes >= at || world.State() is Ended { Settle: null }, what: $"write {at}");
            world.Disk.OnWrite = null;
            world.CrashAndStart();
            if (world.Document().Rounds.Length == 0) continue; // It was not accepted.
            await world.Wake();
            await world.Ended();
            Assert.True(world.Provider.Jobs.Count + world.Second.Jobs.Count <= 1, $"Write {at}");
            Assert.NotEqual(FundsState.Reserved, world.Money.Funds.GetValueOrDefault(Id)?.State);
        }
    }

    [Fact]
    public async Task A_job_whose_account_is_gone_from_the_configuration_waits_is_said_and_goes_on_when_it_is_back()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        world.Provider.Account = "renamed";
        world.Time.Advance(Given.Limits.JobDeadline * 3);
        await world.Settle();
        Assert.IsType<Running>(world.State());
        world.Provider.Account = "local";
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
    }

    [Theory]
    [InlineData(Codes.AccountNotConfigured)]
    [InlineData(Codes.InputUnreadable)]
    [InlineData(Codes.Paused)]
    public void Our_own_lack_says_nothing_about_the_provider(string code)
    {
        var failure = new Failure(FailureKind.Unavailable, "ours", code);
        Assert.Null(CallReports.Of(new NotSent(Given.Id, Given.Nonce, failure, Given.T))!.Value.Worked);
        Assert.Null(CallReports.Of(new FindFailed(Given.Id, Given.Nonce, failure, Given.T))!.Value.Worked);
        Assert.False(CallReports.Of(new NotSent(Given.Id, Given.Nonce, Given.Down, Given.T))!.Value.Worked);
    }

    private static IEnumerable<RequestEffect> Effects(RequestDocument document)
    {
        for (; RequestEffects.NextEffect(document, DateTimeOffset.MaxValue) is { } effect; document = document with { Rounds = [] })
        {
            yield return effect;
            if (document.Rounds.Length == 0) yield break;
        }
    }

    private static World OnRoute(params SubmitReply[] firstAnswers)
    {
        var world = new World();
        world.Models.Others.Add(new("other", "second", [new(1.00m)], true, ["1280x720"], [4, 8]) { ProviderModel = "other-v2" });
        world.Models.Others.Add(new("way", "", [], true, ["1280x720"], [4, 8]) { Route = ["local", "other"] });
        foreach (var answer in firstAnswers) world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(answer));
        return world;
    }
}
