using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Jobs that a provider lists with our mark and nobody has written down.</summary>
public sealed class AdoptTests
{
    [Fact]
    public async Task A_request_that_waits_takes_up_the_job_that_was_paid_for_and_sends_nothing()
    {
        await using var world = new World();
        var job = await Forgotten(world, attempt: 1);
        await Held(world);

        Assert.Equal(JobAdoption.Adopted, await world.Drive(world.Request().Adopt(1, 1, "local", job)));
        Assert.Equal(JobAdoption.Adopted, await world.Drive(world.Request().Adopt(1, 1, "local", job))); // Told twice, taken up once.

        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.Equal(job, Assert.Single(world.Provider.Jobs).Id);
        Assert.Empty(world.Document().Orphans);
        Assert.Equal(FundsState.Spent, world.Money.Funds[new(World.Key(), 1)].State);
    }

    [Fact]
    public async Task While_the_database_is_doubted_what_costs_nothing_goes_on()
    {
        await using var world = new World();
        world.Models.UsdPerSecond = 0;
        world.Pauses.Set(new(Scopes.Global, PauseKind.Reconcile, "A backup was restored.", world.Time.GetUtcNow(), Until: null));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
    }

    [Fact]
    public async Task One_of_an_attempt_that_is_not_known_is_booked_and_stopped()
    {
        await using var world = new World();
        var job = await Forgotten(world, attempt: 2);
        await Held(world);

        Assert.Equal(JobAdoption.Adopted, await world.Drive(world.Request().Adopt(1, 2, "local", job)));

        await world.Until(() => world.Document().Orphans is [{ Charged: not null }], what: "the orphan to be stopped");
        Assert.Equal([("job_1", World.Key())], world.Claims);
        Assert.IsType<Queued>(world.State());
    }

    [Theory]
    [InlineData(2, "local", "job_1")]
    [InlineData(1, "other", "job_1")]
    [InlineData(1, "local", "")]
    [InlineData(1, "local", "job\n1")]
    public async Task What_belongs_to_no_round_of_it_changes_nothing(int round, string account, string job)
    {
        await using var world = new World();
        Assert.Equal(JobAdoption.Unknown, await world.Drive(world.Request("nobody asked").Adopt(1, 1, "local", "job_1")));
        await Held(world);
        var before = world.Document();

        Assert.Equal(JobAdoption.Unknown, await world.Drive(world.Request().Adopt(round, 1, account, job)));
        Assert.Equal((before.Revision, 0), (world.Document().Revision, world.Claims.Count));
    }

    [Fact]
    public async Task What_another_request_has_claimed_stays_its_own()
    {
        await using var world = new World();
        world.Claims.Add(("job_1", "v-other"));
        await Held(world);

        Assert.Equal(JobAdoption.Taken, await world.Drive(world.Request().Adopt(1, 1, "local", "job_1")));
        Assert.IsType<Queued>(world.State());
    }

    [Fact]
    public async Task What_a_job_made_that_is_on_record_is_no_other_job_whatever_it_is_listed_as()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Listing = Listing.Outputs };
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running, what: "the job to run");
        var (revision, claims) = (world.Document().Revision, world.Claims.Count);

        Assert.Equal(JobAdoption.Known, await world.Drive(world.Request().Adopt(1, 1, "local", "its video")));
        Assert.Equal((revision, claims), (world.Document().Revision, world.Claims.Count));

        await world.Ended();
        Assert.Equal(JobAdoption.Known, await world.Drive(world.Request().Adopt(1, 1, "local", "its video")));
        Assert.Empty(world.Document().Orphans);
    }

    [Fact]
    public async Task What_a_job_made_whose_submit_had_no_answer_is_found_when_it_is_there()
    {
        await using var world = Unanswered();
        await world.Drive(world.Ask());

        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.InRange(world.Provider.Sought.Count, 2, 100); // While it was made there was nothing to be found.
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task What_comes_to_light_when_nobody_looks_for_it_any_more_is_handed_over_and_the_dead_letter_carries_on()
    {
        await using var world = Unanswered();
        world.Provider.RenderTime = TimeSpan.FromHours(3);
        await world.Drive(world.Ask());
        await world.Ended();
        var dead = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.DeadLettered>(dead.Outcome);
        Assert.Equal(Charged.Unknown, dead.Charge.Charged);

        Assert.Equal(JobAdoption.Adopted, await world.Drive(world.Request().Adopt(1, 1, "local", "job_1")));

        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed }, what: "the video to be saved");
        Assert.Single(world.Provider.Jobs);
    }

    [Theory]
    [InlineData("test1234-v-abc-1.1", "v-abc", 1, 1)]
    [InlineData("test1234-v-a-b-12.3", "v-a-b", 12, 3)]
    public void A_mark_of_ours_is_read_as_it_was_written(string text, string request, int round, int attempt)
    {
        Assert.Equal(new(request, round, attempt), ProviderMark.Parse(text, "test1234"));
        Assert.Equal(text, ProviderMark.Of("test1234", request, round, attempt));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("test1234")]
    [InlineData("test1234-")]
    [InlineData("test1234-v-abc")]
    [InlineData("test1234-v-abc-1")]
    [InlineData("test1234-v-abc-1.")]
    [InlineData("test1234-v-abc-01.1")]
    [InlineData("test1234-v-abc-1.1.1")]
    [InlineData("other123-v-abc-1.1")]
    [InlineData("test12345-v-abc-1.1")]
    public void Anything_else_is_none(string? text) => Assert.Null(ProviderMark.Parse(text, "test1234"));

    // At an account that lists what jobs have made, and no jobs.
    private static World Unanswered()
    {
        var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.Output, Listing = Listing.Outputs };
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(new(FailureKind.Unknown, "There was no answer."))));
        return world;
    }

    // It was sent, and the database knows nothing of that.
    private static async Task<string> Forgotten(World world, int attempt)
    {
        var order = new SubmitOrder(ProviderMark.Of("test1234", World.Key(), 1, attempt), "a cat", Given.Options);
        var gate = new SubmitGate(world.Time, world.Time.GetTimestamp(), TimeSpan.FromMinutes(1));
        return Assert.IsType<SubmitReply.Accepted>(await world.Provider.Submit(order, gate, CancellationToken.None)).JobId;
    }

    private static async Task Held(World world)
    {
        world.Pauses.Set(new(Scopes.Global, PauseKind.Reconcile, "A backup was restored.", world.Time.GetUtcNow(), Until: null));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        await world.Until(() => world.State() is Queued { Hold.IsPause: true }, what: "the request to be held");
        var view = await world.Drive(world.Request().Get(1));
        Assert.Equal("Nothing is paid until it is known what was paid before: A backup was restored.", view!.Waiting);
    }
}
