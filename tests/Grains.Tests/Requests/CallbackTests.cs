using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What a provider says by itself is a hint: whatever it says, the provider is asked.</summary>
public sealed class CallbackTests
{
    private static readonly string Mark = ProviderMark.Of("test1234", World.Key(), 1, 1);

    [Fact]
    public async Task A_job_that_is_said_to_have_ended_is_checked_at_once_and_a_hint_is_not_written()
    {
        await using var world = new World();
        world.Requests.CheckEvery = TimeSpan.FromMinutes(5);
        world.Provider.RenderTime = TimeSpan.FromMinutes(1);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running, what: "the job to run");
        var (jobs, written) = (world.Provider.Jobs, world.Document().Revision);

        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, jobs[0].Id));
        await world.Until(() => world.Provider.Checks == 1, TimeSpan.FromSeconds(5), "the check");
        Assert.Equal(written, world.Document().Revision);

        await world.Until(() => world.Time.GetUtcNow() >= jobs[0].EndsAt, what: "the job to end");
        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, jobs[0].Id));
        await world.Until(() => world.State() is Ended, TimeSpan.FromSeconds(5), "the ending, minutes before its next check");
        Assert.Equal(["submit " + Mark, "discard job_1"], world.Provider.Log);
    }

    [Fact]
    public async Task A_job_whose_id_was_lost_is_taken_up_when_the_provider_confirms_the_one_that_is_named()
    {
        await using var world = new World();
        await Lost(world, Resolution.Lookup);

        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, "job_1"));
        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, "job_1")); // Told twice.

        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(((Ended)world.State()).Outcome);
        Assert.Equal("job_1", world.Provider.Sought[^1].Candidate);
        Assert.Equal([("job_1", World.Key())], world.Claims);
        Assert.Single(world.Provider.Jobs);
    }

    [Theory]
    [InlineData("job_2")]
    [InlineData("nobody's")]
    public async Task A_job_that_is_not_its_own_is_not_taken_up_whoever_named_it(string named)
    {
        await using var world = new World();
        await Lost(world, Resolution.Lookup);
        await world.Drive(world.Ask("a dog", "bob"));
        await world.Until(() => world.State("a dog", "bob") is Running, what: "the other job to run");

        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, named));

        await world.Until(() => world.Provider.Sought.Exists(order => order.Candidate == named), what: "the lookup of it");
        Assert.IsType<Unresolved>(world.State());
        Assert.DoesNotContain(world.Claims, claim => claim.Request == World.Key());
    }

    [Fact]
    public async Task A_dead_letter_that_nobody_could_prove_looks_for_the_job_that_is_named_and_goes_on()
    {
        await using var world = new World();
        await Lost(world, Resolution.None);
        Assert.IsType<RequestOutcome.DeadLettered>(((Ended)world.State()).Outcome);

        Assert.Equal(CallbackVerdict.Taken, await Call(world, Mark, "job_1"));

        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed }, what: "the video");
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task What_is_not_signed_or_not_ours_wakes_nobody()
    {
        await using var world = new World();
        await Lost(world, Resolution.None);
        var before = world.Document().Revision;

        Assert.Equal(CallbackVerdict.NotSigned, await Call(world, Mark, "job_1", signature: "forged"));
        Assert.Equal(CallbackVerdict.UnknownAddress, await Call(world, ProviderMark.Of("other123", World.Key(), 1, 1), "job_1"));
        Assert.Equal(CallbackVerdict.UnknownAddress, await Call(world, "nonsense", "job_1"));
        Assert.Equal(CallbackVerdict.UnknownAddress, await Call(world, Mark, "job_1", account: "nobody"));

        await world.Settle();
        Assert.Equal(before, world.Document().Revision);
        Assert.Empty(world.Provider.Sought);
    }

    [Theory]
    [InlineData(2, 1, "local", "job_1")] // No such round.
    [InlineData(1, 2, "local", "job_1")] // No such attempt.
    [InlineData(1, 1, "second", "job_1")] // Not at that account.
    [InlineData(1, 1, "local", "job\n1")]
    public async Task What_is_about_nothing_of_it_changes_nothing(int round, int attempt, string account, string jobId)
    {
        await using var world = new World();
        await Lost(world, Resolution.None);
        var before = world.Document().Revision;
        await world.Drive(Finished(world.Request().CalledBack(round, attempt, account, jobId)));
        await world.Drive(Finished(world.Request("nobody asked").CalledBack(1, 1, "local", "job_1")));
        Assert.Equal(before, world.Document().Revision);
        Assert.Equal(0, world.Document("nobody asked").Revision);
    }

    [Fact]
    public void A_dead_letter_does_not_go_on_beside_a_live_round()
    {
        var dead = Given.DeadAt(Given.Unresolved(), RequestEndings.Unproven);
        var beside = Given.Queued() with { Ticket = Given.Ticket with { Round = 2 } };
        var fact = new RequestEvent.CalledBack(Given.Id, Given.Job, Given.T.AddSeconds(1));
        Assert.IsType<Unresolved>(RequestRounds.Apply(Given.Document(dead), fact).Rounds[0]);
        Assert.Same(dead, RequestRounds.Apply(Given.Document(dead, beside), fact).Rounds[0]);
    }

    [Fact]
    public async Task A_submit_says_for_how_long_its_job_is_waited_for()
    {
        await using var world = new World();
        world.Requests.JobDeadline = TimeSpan.FromMinutes(40);
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(TimeSpan.FromMinutes(40), Assert.Single(world.Provider.Orders).JobDeadline);
    }

    // There is a job, its id was lost, and no lookup finds it.
    private static async Task Lost(World world, Resolution resolution)
    {
        world.Provider.Traits = world.Provider.Traits with { Resolution = resolution };
        world.Provider.Markless = true;
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Until(() => resolution == Resolution.None ? world.State() is Ended { Settle: null } : world.Provider.Sought.Count > 0, what: "the answer to be lost");
    }

    private static Task<CallbackVerdict> Call(World world, string token, string body, string signature = "signed", string account = "local") =>
        world.Drive(world.Grains.GetGrain<IProviderGrain>(ProviderKey.For(account)).CalledBack(new(token, "msg_1", "1", signature, body)));

    private static async Task<bool> Finished(Task task)
    {
        await task;
        return true;
    }
}
