using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Jobs that no round waits for: each is told to stop, and what it cost is written down.</summary>
public sealed class OrphanTests
{
    private const string Stray = "job_9";

    [Fact]
    public void A_second_job_of_a_round_that_has_ended_is_cancelled_where_the_round_was_made()
    {
        var ended = Given.Document(Given.Settled(Given.Completed()));
        var after = RequestRounds.Apply(ended, new JobAccepted(Given.Id, Stray, Given.T));
        Assert.Equal(new RequestEffect.CancelJob(Given.Id, "local", Stray), RequestEffects.NextEffect(after, Given.T));
        Assert.Same(after, RequestRounds.Apply(after, new JobAccepted(Given.Id, Stray, Given.T))); // Told twice, cancelled once.
    }

    [Theory]
    [InlineData(Charged.No)]
    [InlineData(Charged.Yes)]
    public void One_that_is_stopped_costs_what_the_provider_says(Charged charged) =>
        AssertOver(charged, RequestRounds.Apply(WithStray(), new JobCancelled(Given.Id, Stray, charged, Given.T)));

    [Fact]
    public void One_that_cannot_be_stopped_any_more_was_paid_for() =>
        AssertOver(Charged.Yes, RequestRounds.Apply(WithStray(), new CancelTooLate(Given.Id, Stray, Given.T)));

    [Fact]
    public void One_whose_cancel_fails_twenty_times_is_given_up_and_nobody_knows_what_it_cost()
    {
        var document = WithStray();
        for (var failures = 1; failures <= RequestRounds.MaxFailedOrphanCancels; failures++)
        {
            var due = Assert.Single(document.Orphans).Cancel;
            Assert.NotNull(due);
            document = RequestRounds.Apply(document, new CancelFailed(Given.Id, Stray, Given.Down, due.NotBefore));
            if (Assert.Single(document.Orphans).Cancel is { } next) Assert.True(next.NotBefore > due.NotBefore);
        }

        AssertOver(Charged.Unknown, document);
    }

    [Fact]
    public void What_it_does_meanwhile_changes_nothing_and_neither_does_what_it_does_afterwards()
    {
        var document = WithStray();
        Assert.Same(document, RequestRounds.Apply(document, new JobProgressed(Given.Id, Stray, 50, Given.T)));
        document = RequestRounds.Apply(document, new JobCancelled(Given.Id, Stray, Charged.No, Given.T));
        Assert.Same(document, RequestRounds.Apply(document, new CancelTooLate(Given.Id, Stray, Given.T)));
    }

    [Fact]
    public void A_fact_about_a_round_that_is_not_there_changes_nothing()
    {
        var document = Given.Document(Given.Queued() with { Ticket = Given.Ticket with { Round = 2 } });
        foreach (var (name, happened) in Given.Events.Where(e => e.Event is not Asked))
        {
            Assert.True(ReferenceEquals(document, RequestRounds.Apply(document, happened)), name);
        }
    }

    [Theory]
    [InlineData(null, Charged.Unknown)]
    [InlineData(Charged.Unknown, Charged.Unknown)]
    [InlineData(Charged.Yes, Charged.Yes)]
    public void While_one_may_have_been_paid_its_round_is_not_sent_again(Charged? known, Charged charged)
    {
        var after = RequestRounds.Apply(With(Given.Queued(), known), new IntentRecorded(Given.Id, Given.Nonce, Given.T));
        var ended = Assert.IsType<Ended>(Assert.Single(after.Rounds));
        Assert.IsType<RequestOutcome.DeadLettered>(ended.Outcome);
        Assert.Equal(charged, ended.Charge.Charged);
        Assert.IsType<RequestAdmission.Judgement.Take>(RequestAdmission.Judge(after, Given.Options, anotherTake: false, 6, Given.T));
    }

    [Fact]
    public void One_that_was_proven_free_holds_nothing()
    {
        var after = RequestRounds.Apply(With(Given.Queued(), Charged.No), new IntentRecorded(Given.Id, Given.Nonce, Given.T));
        Assert.IsType<Submitting>(Assert.Single(after.Rounds));
    }

    [Fact]
    public void One_that_was_paid_holds_its_prompt_although_its_round_ended_free_of_charge()
    {
        var free = Given.Settled(Given.Queued().EndCancelled(Given.T));
        Assert.IsType<RequestAdmission.Judgement.Open>(RequestAdmission.Judge(With(free, Charged.No), Given.Options, anotherTake: false, 6, Given.T));
        Assert.IsType<RequestAdmission.Judgement.Take>(RequestAdmission.Judge(With(free, Charged.Yes), Given.Options, anotherTake: false, 6, Given.T));
        Assert.IsType<RequestAdmission.Judgement.Take>(RequestAdmission.Judge(With(free, null), Given.Options, anotherTake: false, 6, Given.T));
    }

    private static RequestDocument With(RequestState state, Charged? charged) =>
        Given.Document(state) with { Orphans = [new(Given.Id, "local", Stray, Given.T, Cancel: charged is null ? new Due(Given.T) : null, charged)] };

    private static RequestDocument WithStray() =>
        Given.Document(Given.Settled(Given.Completed())) with { Orphans = [new(Given.Id, "local", Stray, Given.T, Cancel: new Due(Given.T), Charged: null)] };

    private static void AssertOver(Charged charged, RequestDocument document)
    {
        Assert.Equal(charged, Assert.Single(document.Orphans).Charged);
        Assert.Null(RequestEffects.NextEffect(document, DateTimeOffset.MaxValue));
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(Assert.Single(document.Rounds)).Outcome);
    }
}
