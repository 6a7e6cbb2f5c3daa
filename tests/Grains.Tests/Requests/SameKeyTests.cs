using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>A provider that gives the same key the same job is asked by submitting again, and by nothing less than a submit's rules.</summary>
public sealed class SameKeyTests
{
    private static readonly SubmitReply Silence = new SubmitReply.Unknown(Given.Lost);

    [Fact]
    public async Task A_submit_without_an_answer_is_sent_again_under_its_key_and_makes_no_second_job()
    {
        await using var world = WorldOfKeys();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult(Silence));

        await world.Drive(world.Ask());
        await world.Ended();

        Assert.Single(world.Provider.Jobs);
        Assert.Equal(2, world.Provider.Orders.Count);
        Assert.Equal(world.Provider.Orders[0], world.Provider.Orders[1]);
        Assert.DoesNotContain("find", world.Provider.Log);
        var ended = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.Completed>(ended.Outcome);
        Assert.Equal(2, ended.Sent.Length); // Each is a submit: of the prompt's six, and for its window.
    }

    [Theory]
    [InlineData(FailureKind.Refused)]
    [InlineData(FailureKind.Rejected)]
    [InlineData(FailureKind.Unavailable)]
    public async Task A_no_to_the_second_proves_nothing_of_the_first(FailureKind kind)
    {
        await using var world = WorldOfKeys();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult(Silence));
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(null));
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(new(kind, "no"))));

        await world.Drive(world.Ask());
        await world.Ended();

        Assert.Single(world.Provider.Jobs);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task One_that_never_left_is_not_counted_and_does_not_prove_the_first()
    {
        await using var world = WorldOfKeys();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult(Silence));
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(null));
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NotSent(Given.Down)));

        await world.Drive(world.Ask());
        await world.Ended();

        Assert.Single(world.Provider.Jobs);
        Assert.Equal(2, Assert.IsType<Ended>(world.State()).Sent.Length);
    }

    [Fact]
    public async Task It_is_sent_six_times_at_most_and_then_a_person_decides()
    {
        await using var world = WorldOfKeys();
        for (var i = 0; i < 10; i++) world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(Silence));

        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended);

        var ended = Assert.IsType<Ended>(world.State());
        Assert.Equal((Charged.Unknown, 6), (ended.Charge.Charged, ended.Sent.Length));
        Assert.IsType<RequestOutcome.DeadLettered>(ended.Outcome);
        Assert.Equal(4, world.Provider.NextSubmits.Count);
    }

    [Fact]
    public async Task Once_the_key_may_be_forgotten_it_is_not_sent_again()
    {
        await using var world = WorldOfKeys(keptFor: TimeSpan.FromMinutes(12));
        for (var i = 0; i < 10; i++) world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(Silence));

        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended);

        var ended = Assert.IsType<Ended>(world.State());
        Assert.Equal(Charged.Unknown, ended.Charge.Charged);
        var margin = world.Requests.SubmitWindow + world.Requests.SubmitTimeout + world.Provider.Traits.QuietTime + RequestOptions.ClockSlack;
        Assert.InRange(ended.Sent[^1] - ended.Sent[0], TimeSpan.FromTicks(1), TimeSpan.FromMinutes(12) - margin);
        Assert.InRange(ended.Sent.Length, 2, 5);
    }

    [Fact]
    public async Task A_crash_between_the_second_intent_and_its_answer_leaves_it_in_doubt()
    {
        await using var world = WorldOfKeys();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult(Silence));
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(null));
        world.Provider.NextSubmits.Enqueue(async (_, _) => { await new TaskCompletionSource().Task; return null; });
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Submitting { Doubt: not null });

        world.CrashAndStart();
        await world.Wake();
        await world.Ended();

        Assert.Single(world.Provider.Jobs);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public void A_late_proof_about_the_first_frees_nothing_once_a_second_was_sent()
    {
        var second = Given.Unresolved() with { Ticket = Given.KeyTicket, Course = Given.SentTwice, Resent = 1 };

        Assert.Same(second, RequestLifecycle.Apply(second, new RequestEvent.NotSent(Given.Id, Given.Nonce, Given.Down, Given.T)));
        Assert.Same(second, RequestLifecycle.Apply(second, new RequestEvent.NoJob(Given.Id, Given.Nonce, Given.Invalid, Given.T)));
        Assert.IsType<Queued>(RequestLifecycle.Apply(second with { Resent = 0, Course = Given.Sent }, new RequestEvent.NotSent(Given.Id, Given.Nonce, Given.Down, Given.T)));
    }

    private static World WorldOfKeys(TimeSpan? keptFor = null)
    {
        var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.SameKey, KeyKeptFor = keptFor ?? TimeSpan.FromHours(24) };
        return world;
    }
}
