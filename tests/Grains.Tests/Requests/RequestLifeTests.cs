using System.Globalization;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What people care about, on the real grains: one payment, nothing lost, every ending said.</summary>
public sealed class RequestLifeTests
{
    [Fact]
    public async Task An_ask_becomes_one_job_and_a_stored_video()
    {
        await using var world = new World();
        var answer = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal(Dedup.New, answer.Dedup);
        Assert.Equal($"video_{World.Key()}_1", answer.Video.Id.ToString());

        await world.Ended();

        var view = (await world.Drive(world.Request().Get(1)))!;
        Assert.Equal((VideoStatus.Completed, Charged.Yes, 100), (view.Status, view.Charged, view.Progress));
        var job = Assert.Single(world.Provider.Jobs);
        Assert.Equal($"test1234-{World.Key()}-1.1", job.Key);
        Assert.Contains($"discard {job.Id}", world.Provider.Log);
        await world.Until(() => world.Reminders.Count == 0, TimeSpan.FromMinutes(2), "the reminder to go");
        Assert.Null(world.Document().WakeAt);
    }

    [Fact]
    public async Task Two_hundred_asks_at_once_are_one_job_and_one_id()
    {
        await using var world = new World();
        var asks = Enumerable.Range(0, 200).Select(_ => world.Ask()).ToArray();
        var answers = (await world.Drive(asks)).Cast<AskAnswer.Accepted>().ToArray();
        Assert.Single(answers.Select(a => a.Video.Id).Distinct());
        Assert.Single(answers, a => a.Dedup == Dedup.New);
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.Equal(199, world.Prevented.Counted.Count);
    }

    [Fact]
    public async Task Asks_in_two_processes_at_once_are_one_job()
    {
        await using var world = new World();
        world.Start();
        var answers = await world.Drive(Enumerable.Range(0, 20).Select(i => world.Ask(engine: i % 2)).ToArray());
        Assert.Single(answers.Cast<AskAnswer.Accepted>().Select(a => a.Video.Id).Distinct());
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    /// <summary>What was sent last may be accepted as late as the quiet time allows; 24 hours are counted from there.</summary>
    [Theory]
    [InlineData("00:00:00", "1.00:05:00")]
    [InlineData("00:10:00", "1.00:11:15")]
    public async Task The_same_prompt_is_answered_with_the_video_until_its_window_ends_and_then_made_anew(string quietTime, string window)
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { QuietTime = TimeSpan.Parse(quietTime, CultureInfo.InvariantCulture) };
        var lasts = TimeSpan.Parse(window, CultureInfo.InvariantCulture);
        await world.Drive(world.Ask());
        await world.Ended();
        var sent = Assert.IsType<Ended>(world.State()).Sent.Single();

        world.Time.AdvanceTo(sent + lasts - TimeSpan.FromSeconds(1));
        var replayed = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.Replayed, 1), (replayed.Dedup, replayed.Video.Id.Round));
        Assert.Equal(PreventedKind.Replayed, Assert.Single(world.Prevented.Counted));

        world.Time.AdvanceTo(sent + lasts);
        var anew = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.New, 2), (anew.Dedup, anew.Video.Id.Round));
        await world.Ended();
        Assert.Equal(2, world.Provider.Jobs.Count);
        Assert.Equal(VideoStatus.Completed, (await world.Drive(world.Request().Get(1)))!.Status);
    }

    [Fact]
    public async Task Another_prompt_inside_the_cooldown_is_refused_with_the_time()
    {
        await using var world = new World();
        await world.Drive(world.Ask("a cat"));
        var refused = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog")));
        Assert.Equal(Codes.Cooldown, refused.Refusal.Code);
        Assert.Equal(Given.T + TimeSpan.FromMinutes(10), refused.Refusal.Until);
        Assert.IsType<New>(world.State("a dog")); // Who asks in a loop writes nothing.
        Assert.Null(await world.Drive(world.Request("a dog").Get(1)));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog", "bob")));

        world.Time.AdvanceTo(refused.Refusal.Until!.Value);
        var second = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog")));
        Assert.Equal(1, second.Video.Id.Round);
    }

    [Fact]
    public async Task Two_prompts_at_once_are_one_video_and_the_refused_round_gives_back_and_keeps_its_number()
    {
        await using var world = new World();
        // The quota cannot be written until both have opened a round.
        world.Disk.OnWrite = json => json.Contains("\"entries\"", StringComparison.Ordinal) ? WriteFault.Refused : null;
        var asks = new[] { world.Ask("a cat"), world.Ask("a dog") };
        await world.Until(() => world.State("a cat") is Admitting && world.State("a dog") is Admitting);
        world.Disk.OnWrite = null;
        var answers = await world.Drive(asks);
        Assert.Single(answers.OfType<AskAnswer.Accepted>());
        var refused = Assert.Single(answers.OfType<AskAnswer.Refused>()).Refusal;
        Assert.Equal(Codes.Cooldown, refused.Code);
        var prompt = world.State("a cat") is Refused ? "a cat" : "a dog";
        await world.Until(() => world.State(prompt) is Refused { Release: null }, what: "the release");

        world.Time.AdvanceTo(refused.Until!.Value);
        var second = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(prompt)));
        Assert.Equal(2, second.Video.Id.Round); // A release of round 1 may still be on its way: its number is not used again.
    }

    [Fact]
    public async Task A_model_without_a_price_does_not_count()
    {
        await using var world = new World();
        (world.Models.UsdPerSecond, world.Models.Counts) = (0, false);
        for (var i = 0; i < 8; i++) Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask($"cat {i}")));
        Assert.Empty(world.Disk.Keys(GrainNames.Quota));
    }

    [Fact]
    public async Task After_a_failure_that_is_proven_free_the_same_prompt_works_at_once()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Invalid)));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(Charged.No, Assert.IsType<Ended>(world.State()).Charge.Charged);

        var again = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.New, 2), (again.Dedup, again.Video.Id.Round));
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_free_failure_of_the_job_is_tried_again_three_times_and_then_a_person_decides()
    {
        await using var world = new World();
        for (var i = 0; i < 3; i++) world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(3, world.Provider.Jobs.Count);
        Assert.Equal(3, world.Provider.Jobs.Select(j => j.Key).Distinct().Count());
        var dead = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.DeadLettered>(dead.Outcome);
        Assert.Equal(Charged.No, dead.Charge.Charged);

        var requeued = Assert.IsType<RequeueAnswer.Requeued>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false)));
        Assert.Equal(2, requeued.Video.Id.Round);
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false))); // A double click.
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task Only_a_dead_letter_can_be_requeued()
    {
        await using var world = new World();
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false))); // Nobody has asked.
        await world.Drive(world.Ask());
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false)));
        await world.Ended();
        Assert.IsType<RequeueAnswer.Refused>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false)));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_prompt_that_was_asked_for_two_hundred_times_is_refused_and_nothing_is_written()
    {
        await using var world = new World();
        var rounds = Enumerable.Range(1, RequestDocument.MaxRounds)
            .Select(n => Given.Settled((Given.Queued() with { Ticket = Given.Ticket with { Round = n } }).EndCancelled(Given.T)));
        world.Put(Given.Document([.. rounds]));
        Assert.Equal(Codes.RoundLimit, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask())).Refusal.Code);
        Assert.Equal(0, world.Disk.Writes);
    }

    [Fact]
    public async Task One_prompt_is_sent_six_times_in_a_day_at_most()
    {
        await using var world = new World();
        for (var i = 0; i < 7; i++) world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Down)));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Single(world.Provider.NextSubmits);
        Assert.IsType<RequestOutcome.DeadLettered>(Assert.IsType<Ended>(world.State()).Outcome);
        var refused = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask()));
        Assert.Equal(Codes.SubmitLimit, refused.Refusal.Code);
        Assert.Equal([PreventedKind.RefusedRetry], world.Prevented.Counted);

        world.Time.AdvanceTo(refused.Refusal.Until!.Value);
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        await world.Until(() => world.Provider.NextSubmits.Count == 0);
    }

    [Theory]
    [InlineData(Charged.Yes)]
    [InlineData(Charged.Unknown)]
    public async Task A_failure_that_was_or_may_have_been_charged_is_never_tried_again_by_machine(Charged charged)
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, charged));
        await world.Drive(world.Ask());
        await world.Ended();
        var replayed = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.Replayed, VideoStatus.Failed, charged), (replayed.Dedup, replayed.Video.Status, replayed.Video.Charged));
        Assert.Single(world.Provider.Jobs);
        Assert.Equal([PreventedKind.RefusedRetry], world.Prevented.Counted);
    }

    [Fact]
    public async Task A_content_policy_no_is_replayed_and_costs_no_quota()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.NoJob(Given.Policy)));
        await world.Drive(world.Ask());
        await world.Ended();
        var replayed = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.Replayed, Codes.ContentPolicyViolation), (replayed.Dedup, replayed.Video.Error!.Code));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog"))); // The cooldown was given back.
    }

    [Fact]
    public async Task The_same_prompt_with_other_options_is_a_question_and_so_is_a_deleted_video()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        var question = Assert.IsType<AskAnswer.Question>(await world.Drive(world.Ask(options: Given.Options with { Seconds = 8 })));
        Assert.Equal((Codes.SamePromptOtherOptions, 1), (question.Code, question.Existing.Id.Round));
        await world.Ended();

        var deleted = (await world.Drive(world.Request().Delete(1)))!;
        Assert.True(deleted.Deleted);
        await world.Ended();
        Assert.Equal(Codes.SamePromptDeleted, Assert.IsType<AskAnswer.Question>(await world.Drive(world.Ask())).Code);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_running_job_is_cancelled_and_gives_the_quota_back()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        Assert.Equal(VideoStatus.Cancelling, (await world.Drive(world.Request().Delete(1)))!.Status);
        await world.Ended();
        var ended = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.Cancelled>(ended.Outcome);
        Assert.Equal(Charged.No, ended.Charge.Charged);
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog")));
    }

    [Fact]
    public async Task A_cancel_while_the_submit_is_open_waits_for_the_job_and_then_stops_it()
    {
        await using var world = new World();
        var answer = new TaskCompletionSource<SubmitReply>();
        world.Provider.NextAnswers.Enqueue(_ => answer.Task);
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        Assert.Equal(VideoStatus.Cancelling, (await world.Drive(world.Request().Delete(1)))!.Status);
        answer.SetResult(new SubmitReply.Accepted("job_1"));
        await world.Ended();
        Assert.IsType<RequestOutcome.Cancelled>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.True(world.Provider.Jobs.Single().Cancelled);
    }

    [Fact]
    public async Task Who_waits_ten_seconds_for_admission_gets_the_id_and_a_later_refusal_is_an_ending()
    {
        await using var world = new World();
        world.Quotas.VideosPerDay = 1;
        await world.Drive(world.Ask("a cat"));
        await world.Ended("a cat");
        // The quota's row cannot be written for a while; reading is fine.
        world.Disk.OnWrite = json => json.Contains("\"entries\"", StringComparison.Ordinal) ? WriteFault.Refused : null;
        world.Time.Advance(TimeSpan.FromMinutes(11));
        world.Quotas.VideosPerDay = 2;
        var shown = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("a dog")));
        Assert.Equal(VideoStatus.Queued, shown.Video.Status);
        Assert.True(Assert.IsType<Admitting>(world.State("a dog")).Shown);

        world.Quotas.VideosPerDay = 1;
        world.Disk.OnWrite = null;
        await world.Ended("a dog");
        var view = (await world.Drive(world.Request("a dog").Get(1)))!;
        Assert.Equal((VideoStatus.Failed, Codes.QuotaExceeded, Charged.No), (view.Status, view.Error!.Code, view.Charged));
    }

    [Fact]
    public async Task A_waiter_is_told_of_a_change_at_once_and_of_none_after_twenty_seconds()
    {
        await using var world = new World();
        var seen = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask())).Video.Revision;
        await world.Until(() => world.State() is Running);
        seen = world.Document().Revision;
        var before = world.Time.GetUtcNow();
        var changed = (await world.Drive(world.Request().WaitForChange(1, seen)))!;
        Assert.True(changed.Revision > seen);
        Assert.True(world.Time.GetUtcNow() - before <= world.Requests.CheckEvery);

        await world.Ended();
        before = world.Time.GetUtcNow();
        var same = (await world.Drive(world.Request().WaitForChange(1, world.Document().Revision)))!;
        Assert.Equal(world.Document().Revision, same.Revision);
        Assert.Equal(TimeSpan.FromSeconds(20), world.Time.GetUtcNow() - before);
    }

    [Fact]
    public async Task A_stopping_host_starts_nothing_that_costs_money()
    {
        await using var world = new World();
        await world.Host.Stop();
        await world.Drive(world.Ask());
        await world.Settle();
        Assert.IsType<Queued>(world.State());
        Assert.Empty(world.Provider.Log);
    }

    [Fact]
    public async Task A_video_whose_copy_fails_for_hours_is_still_saved()
    {
        await using var world = new World();
        var full = true;
        world.Provider.OnSave = () => Task.FromResult<SaveReply?>(full ? new SaveReply.Trouble(new(FailureKind.Unavailable, "The disk is full.")) : null);
        await world.Drive(world.Ask());
        await world.Until(() => world.Time.GetUtcNow() > Given.T.AddHours(10), TimeSpan.FromHours(11));
        Assert.True(Assert.IsType<Saving>(world.State()).Save.Failures > 10);
        full = false;
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }
}
