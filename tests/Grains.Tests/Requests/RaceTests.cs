using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Two things at once, and answers that get lost at the worst moment: nothing said is untrue, nobody waits for nothing.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task A_cancel_whose_write_was_reported_lost_is_one_cancel_and_not_a_deletion_too()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Down)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Queued { LastFailure: not null });
        var writes = 0;
        world.Disk.OnWrite = _ => ++writes == 1 ? WriteFault.LandedButFailed : null;
        var view = (await world.Drive(world.Request().Delete(1)))!;
        Assert.Equal((VideoStatus.Failed, Codes.Cancelled, false), (view.Status, view.Error!.Code, view.Deleted));
    }

    [Fact]
    public async Task A_double_click_on_cancel_is_one_cancel_and_a_later_delete_deletes()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Down)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Queued { LastFailure: not null });
        var views = await world.Drive([world.Request().Delete(1), world.Request().Delete(1)]);
        Assert.All(views, view => Assert.Equal((Codes.Cancelled, false), (view!.Error!.Code, view.Deleted)));
        Assert.True((await world.Drive(world.Request().Delete(1)))!.Deleted);
    }

    [Fact]
    public async Task Other_options_while_the_first_is_being_admitted_are_a_question_too()
    {
        await using var world = new World();
        await world.Drive(world.Request().Get(1));
        var answers = await world.Drive([world.Ask(), world.Ask(options: Given.Options with { Seconds = 8 })]);
        Assert.IsType<AskAnswer.Accepted>(answers[0]);
        Assert.Equal(Codes.SamePromptOtherOptions, Assert.IsType<AskAnswer.Question>(answers[1]).Code);
    }

    [Fact]
    public async Task A_reminder_that_outlived_a_crash_goes_when_nothing_is_owed()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running && world.Reminders.Count == 1);
        world.Disk.OnWrite = json =>
        {
            if (json.Contains("\"completed\"", StringComparison.Ordinal) && !json.Contains("wakeAt", StringComparison.Ordinal)) world.Crash();
            return null;
        };
        await world.Until(() => world.Document() is { WakeAt: null, Status: "completed" });
        Assert.Equal(1, world.Reminders.Count);
        world.Start();
        await world.Until(() => world.Reminders.Count == 0, TimeSpan.FromMinutes(5), "the reminder to go");
    }

    [Fact]
    public async Task After_a_write_that_failed_once_reads_go_on_while_the_video_is_copied()
    {
        await using var world = new World();
        var copied = new TaskCompletionSource<SaveReply?>();
        world.Provider.OnSave = () => copied.Task;
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        var writes = 0;
        world.Disk.OnWrite = json => json.Contains("\"state\":\"saving\"", StringComparison.Ordinal) && ++writes == 1 ? WriteFault.LandedButFailed : null;
        await world.Until(() => world.State() is Saving);
        await world.Drive(world.Request().Delete(1), TimeSpan.FromSeconds(10));
        Assert.Equal(VideoStatus.InProgress, (await world.Drive(world.Request().Get(1), TimeSpan.FromSeconds(1)))!.Status);
        copied.SetResult(null);
        await world.Ended();
    }

    [Fact]
    public async Task A_proof_that_there_is_no_job_frees_a_request_that_was_given_up_meanwhile()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        var answer = new TaskCompletionSource<SubmitReply?>();
        world.Provider.NextSubmits.Enqueue((_, _) => answer.Task);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Submitting);
        world.Start(); // Another process takes over while the first still waits for its answer.
        await world.Wake();
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered, Charge.Charged: Charged.Unknown });
        answer.SetResult(new SubmitReply.NoJob(Given.Invalid));
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Failed, Charge.Charged: Charged.No, Settle: null }, TimeSpan.FromMinutes(5));
        Assert.Equal(2, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(engine: 0))).Video.Id.Round);
    }

    [Fact]
    public void A_refusal_after_a_reserve_without_an_answer_gives_back_what_may_be_held()
    {
        var asked = RequestLifecycle.Apply(Given.Admitting(), new RequestEvent.ReserveFailed(1, Given.Lost, Given.T));
        Assert.NotNull(Assert.IsType<Refused>(RequestLifecycle.Apply(asked, new RequestEvent.FundsRefused(1, Given.Refusal, Given.T))).Release);
        asked = RequestLifecycle.Apply(Given.Admitting(shown: true), new RequestEvent.ReserveFailed(1, Given.Lost, Given.T));
        Assert.NotNull(Assert.IsType<Ended>(RequestLifecycle.Apply(asked, new RequestEvent.FundsRefused(1, Given.Refusal, Given.T))).Settle);
    }

    [Fact]
    public async Task A_dead_letter_that_its_user_deleted_is_not_made_again_by_a_requeue()
    {
        await using var world = new World();
        for (var i = 0; i < 3; i++) world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await world.Drive(world.Ask());
        await world.Ended();
        await world.Drive(world.Request().Delete(1));
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false)));
        Assert.Equal(3, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task A_requeue_that_is_refused_says_so_whatever_else_is_written_meanwhile()
    {
        await using var world = new World();
        for (var i = 0; i < 3; i++) world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await world.Drive(world.Ask());
        await world.Ended();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        world.Provider.CancelDown = true; // The job goes on: whoever comes first, its round is live when the requeue is judged.
        var cancel = world.Request().Delete(2);
        var requeue = world.Request().Requeue(1, acceptDoublePayment: false);
        await world.Drive(cancel);
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(requeue));
    }

    [Fact]
    public async Task The_view_says_until_when_the_prompt_is_answered_with_it_and_nothing_where_it_is_not()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Invalid)));
        await world.Drive(world.Ask("free"));
        await world.Ended("free");
        Assert.Null((await world.Drive(world.Request("free").Get(1)))!.WindowEndsAt); // The same prompt works at once.

        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.Unknown));
        await world.Drive(world.Ask("unknown"));
        await world.Ended("unknown");
        Assert.Equal(Assert.IsType<Ended>(world.State("unknown")).WindowEnds, (await world.Drive(world.Request("unknown").Get(1)))!.WindowEndsAt);
    }

    [Fact]
    public void A_cancel_wished_again_changes_nothing()
    {
        foreach (var state in new RequestState[] { Given.Submitting().Wanted(), Given.Unresolved().Wanted(), Given.Running().Wanted() })
        {
            Assert.Same(state, RequestLifecycle.Apply(state, new RequestEvent.CancelRequested(1, Given.T)));
            Assert.Same(state, RequestLifecycle.Apply(state, new RequestEvent.DeleteRequested(1, WasLive: true, Given.T)));
        }
    }

    [Fact]
    public async Task A_video_that_one_process_saved_is_there_even_if_another_found_its_source_gone()
    {
        await using var world = new World();
        var copied = new TaskCompletionSource<SaveReply?>();
        var calls = 0;
        world.Provider.OnSave = () => ++calls == 1 ? copied.Task : Task.FromResult<SaveReply?>(new SaveReply.Gone("404"));
        await world.Drive(world.Ask());
        await world.Until(() => calls == 1);
        world.Start();
        await world.Wake();
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered });
        copied.SetResult(null);
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed }, TimeSpan.FromMinutes(1));
        await world.Ended();
    }

    [Fact]
    public void A_copy_that_lands_after_the_video_was_deleted_is_deleted_too()
    {
        var deleted = Given.Settled(Given.Completed()) with { Deleted = true };
        Assert.NotNull(Assert.IsType<Ended>(RequestLifecycle.Apply(deleted, new RequestEvent.VideoSaved(Given.Id, Given.File, Given.T))).Removal);
    }

    [Fact]
    public void A_job_that_nobody_waited_for_and_that_a_round_then_finds_belongs_to_the_round()
    {
        var id = new AttemptId(2, 1);
        var round = Given.Unresolved() with { Ticket = Given.Ticket with { Round = 2 } };
        var before = Given.Document(round) with { Orphans = [new(Given.Id, "local", Given.Job, Given.T, Cancel: new Due(Given.T), Charged: null)] };
        var found = RequestRounds.Apply(before, new RequestEvent.JobAccepted(id, Given.Job, Given.T));
        Assert.Empty(found.Orphans);
        Assert.IsType<Saving>(RequestRounds.Apply(found, new RequestEvent.JobFinished(id, Given.Job, null, Given.T)).Rounds.Single());
    }

    [Fact]
    public void A_job_that_turns_up_when_its_money_was_given_back_goes_on_and_is_followed_by_no_other()
    {
        var failed = new RequestEvent.JobFailed(Given.Id, Given.Job, Given.Down, Charged.No, Given.T);
        var accepted = new RequestEvent.JobAccepted(Given.Id, Given.Job, Given.T);

        var dead = Given.DeadAt(Given.Queued(), RequestEndings.NothingSent);
        var running = Assert.IsType<Running>(RequestLifecycle.Apply(dead, accepted));
        var ended = Assert.IsType<Ended>(RequestLifecycle.Apply(running, failed));
        Assert.Equal(Charged.No, ended.Charge.Charged);
        Assert.IsType<Queued>(Assert.IsType<RequestOutcome.DeadLettered>(ended.Outcome).ResumeAt);

        // What was at risk is held, and buys another try.
        var unknown = Given.DeadAt(Given.Unresolved(), new Charge(Charged.Unknown, "no answer"));
        Assert.IsType<Queued>(RequestLifecycle.Apply(RequestLifecycle.Apply(unknown, accepted), failed));
    }
}
