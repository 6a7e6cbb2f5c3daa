using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Who is erased leaves numbers, money and evidence, and no word of what was asked for.</summary>
public sealed class ErasureTests
{
    [Fact]
    public async Task A_finished_video_goes_with_its_prompt_and_its_money_stays()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Ended();
        var before = Assert.IsType<RequestState.Ended>(world.State());

        await Erase(world);
        Assert.Equal("", world.Document().Prompt);
        Assert.DoesNotContain("a cat", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
        var after = Assert.IsType<RequestState.Ended>(world.State());
        Assert.True(after.Deleted);
        Assert.Equal((before.Charge, before.PriceUsd, before.JobId, before.WindowEnds), (after.Charge, after.PriceUsd, after.JobId, after.WindowEnds));
        Assert.True(await world.Drive(world.Request().Erase())); // Again is as once.
    }

    [Fact]
    public async Task What_is_on_its_way_is_cancelled_first_and_the_words_go_when_it_has_ended()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is RequestState.Running, what: "a job");
        Assert.False(await world.Drive(world.Request().Erase()));
        await world.Until(() => RequestErasure.IsDone(world.Document()), what: "the words to go");
        Assert.IsType<RequestOutcome.Cancelled>(Assert.IsType<RequestState.Ended>(world.State()).Outcome);
        Assert.True(world.Provider.Jobs.Single().Cancelled);
    }

    [Fact]
    public async Task A_video_that_could_not_be_stopped_any_more_is_removed_when_it_comes_and_promised_to_nobody()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.Zero;
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is RequestState.Saving or RequestState.Running, what: "a job");
        await world.Drive(world.Request().Erase());
        Assert.IsType<RequestState.Live>(world.State(), exactMatch: false);
        Assert.Equal(Codes.BeingErased, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask())).Refusal.Code);
        await world.Until(() => RequestErasure.IsDone(world.Document()), what: "the words to go");
        Assert.True(Assert.IsType<RequestState.Ended>(world.State()).Deleted);
    }

    [Fact]
    public async Task The_words_of_a_provider_about_a_prompt_go_too()
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(new(FailureKind.Rejected, "A cat is not allowed"), Charged.No));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Contains("A cat is not allowed", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
        await Erase(world);
        Assert.DoesNotContain("A cat is not allowed", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
        Assert.IsType<RequestOutcome.Rejected>(Assert.IsType<RequestState.Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_dead_letter_keeps_its_proofs_cannot_be_requeued_and_sends_nothing_when_it_goes_on_by_itself()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(new(FailureKind.Unknown, "no answer"))));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.IsType<RequestOutcome.DeadLettered>(Assert.IsType<RequestState.Ended>(world.State()).Outcome);

        await Erase(world);
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: true)));
        // Its job turns up, and fails free: what was to be sent again is not.
        await world.Drive(Finished(world.Request().CalledBack(1, 1, "local", "job_1")));
        await world.Until(() => RequestErasure.IsDone(world.Document()) && world.State() is RequestState.Ended { Outcome: not RequestOutcome.DeadLettered }, what: "an ending");
        Assert.Single(world.Provider.Orders);
        Assert.Equal("", world.Document().Prompt);
    }

    [Fact]
    public async Task The_same_prompt_is_held_as_before_and_asked_for_anew_when_nothing_holds_it()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Ended();
        await Erase(world);
        Assert.IsType<AskAnswer.Question>(await world.Drive(world.Ask())); // Nobody pays twice because of it.
        Assert.Equal("", world.Document().Prompt);

        world.Time.AdvanceTo(Assert.IsType<RequestState.Ended>(world.State()).WindowEnds + TimeSpan.FromDays(1));
        var anew = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((2, "a cat"), (anew.Video.Id.Round, anew.Video.Prompt));
        Assert.Null(world.Document().ErasedAt);
        await world.Ended();
        Assert.False(Assert.IsType<RequestState.Ended>(world.State()).Deleted);
    }

    [Fact]
    public async Task It_goes_on_after_a_crash()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is RequestState.Running, what: "a job");
        await world.Drive(world.Request().Erase());
        world.CrashAndStart();
        await world.Drive(Finished(world.Request().Wake()));
        await world.Until(() => RequestErasure.IsDone(world.Document()), what: "the words to go");
    }

    [Fact]
    public async Task Who_never_asked_leaves_nothing()
    {
        await using var world = new World();
        Assert.True(await world.Drive(world.Request().Erase()));
        Assert.Null(world.Disk.Json(GrainNames.VideoRequest, World.Key()));
    }

    private static async Task<bool> Finished(Task task)
    {
        await task;
        return true;
    }

    private static async Task Erase(World world)
    {
        await world.Drive(world.Request().Erase());
        await world.Until(() => RequestErasure.IsDone(world.Document()), what: "the words to go");
    }
}
