using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Everyone sees why a video is where it is: which rule let it in, what holds it, and where its money is.</summary>
public sealed class DecisionTests
{
    [Fact]
    public async Task A_video_that_was_made_says_how_and_what_it_cost_and_what_is_left()
    {
        await using var world = new World();
        world.Budgets.UserDailyUsd = 20;
        await world.Drive(world.Ask());
        await world.Ended();

        var decision = (await world.Drive(world.Request().Explain(1)))!;

        Assert.Equal(["asked", "admitted", "sent", "taken", "rendered", "completed"], decision.Steps.Select(s => s.Code));
        Assert.Equal(decision.Steps.Select(s => s.At).Order(), decision.Steps.Select(s => s.At));
        Assert.Contains("every budget had $3.20", decision.Steps[1].Text, StringComparison.Ordinal);
        Assert.Equal(("spent", 0.40m, true, "The provider finished the job."), (decision.Money.State, decision.Money.Usd, decision.Money.Booked, decision.Money.Evidence));
        Assert.Equal("replayed", decision.Would);
        Assert.Contains(decision.Video.WindowEndsAt!.Value.ToString("u"), decision.WouldBecause, StringComparison.Ordinal);
        Assert.Equal(("user", 1, world.Quotas.VideosPerDay), (Assert.Single(decision.Counts).Of, decision.Counts[0].Used, decision.Counts[0].Limit));
        var budget = Assert.Single(decision.Budgets);
        Assert.Equal(("user:local/alice", 20m, 0m, 0.40m, 0m), (budget.Id.Scope, budget.CapUsd, budget.ReservedUsd, budget.SpentUsd, budget.AtRiskUsd));
    }

    [Fact]
    public async Task One_that_is_held_says_by_what_and_since_when()
    {
        await using var world = new World();
        var since = world.Time.GetUtcNow();
        world.Pauses.Set(new(Scopes.Provider("local"), PauseKind.Operator, "lunch", since, Until: null));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is RequestState.Queued { Hold: not null });

        var decision = (await world.Drive(world.Request().Explain(1)))!;

        Assert.Equal(["asked", "admitted", "paused"], decision.Steps.Select(s => s.Code));
        Assert.Contains("lunch", decision.Steps[2].Text, StringComparison.Ordinal);
        Assert.Equal(("reserved", 3.20m, "joined"), (decision.Money.State, decision.Money.Usd, decision.Would));
        Assert.True(decision.Steps[2].At >= since);
    }

    [Fact]
    public async Task One_of_which_nobody_knows_what_it_cost_says_so_until_an_operator_gives_it_up()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Ended();

        var open = (await world.Drive(world.Request().Explain(1)))!;
        Assert.Equal(("at_risk", 3.20m, "replayed", Codes.DeadLettered), (open.Money.State, open.Money.Usd, open.Would, open.Steps[^1].Code));
        Assert.Contains("Nobody knows", open.WouldBecause, StringComparison.Ordinal);

        await world.Drive(world.Request().Discard(1, "The provider never answered."));
        await world.Ended();
        var given = (await world.Drive(world.Request().Explain(1)))!;
        Assert.Equal(("spent", "The provider never answered."), (given.Money.State, given.Money.Evidence));
        Assert.Contains("gave up", given.Steps[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_round_says_that_nothing_held_its_prompt_any_more()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Invalid)));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(("released", "new"), (await world.Drive(world.Request().Explain(1))) is { } first ? (first.Money.State, first.Would) : default);

        await world.Drive(world.Ask());
        await world.Ended();

        Assert.Contains("Nothing held the prompt any more", (await world.Drive(world.Request().Explain(2)))!.Steps[0].Text, StringComparison.Ordinal);
        Assert.Null(await world.Drive(world.Request().Explain(3)));
    }
}
