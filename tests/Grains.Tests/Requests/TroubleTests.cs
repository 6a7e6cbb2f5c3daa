using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Ports that fail, lie or are missing: it takes longer and says so, and the video is bought once.</summary>
public sealed class TroubleTests
{
    [Theory]
    [InlineData(nameof(IVideoProvider.Submit))]
    [InlineData(nameof(IVideoProvider.Find))]
    [InlineData(nameof(IVideoProvider.Check))]
    [InlineData(nameof(IVideoProvider.Discard))]
    [InlineData(nameof(IVideoSaver.Save))]
    public async Task A_bug_in_an_adapter_delays_the_video_and_does_not_buy_it_again(string call)
    {
        await using var world = new World();
        world.Provider.Mute.Add(call);
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(Given.Lost))); // So that it is looked for.
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Empty(world.Provider.Mute);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
        Assert.Equal(call == nameof(IVideoProvider.Discard) ? 2 : 1, world.Provider.Log.Count(l => l == "discard job_1"));
    }

    [Fact]
    public async Task A_bug_in_an_adapters_cancel_is_tried_again()
    {
        await using var world = new World();
        world.Provider.Mute.Add(nameof(IVideoProvider.Cancel));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        await world.Drive(world.Request().Delete(1));
        await world.Ended();
        Assert.Empty(world.Provider.Mute);
        Assert.True(Assert.Single(world.Provider.Jobs).Cancelled);
        Assert.IsType<RequestOutcome.Cancelled>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_cancel_that_comes_too_late_leaves_the_video_to_be_completed()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromSeconds(3); // Finished before it is first asked for.
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        world.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(VideoStatus.Cancelling, (await world.Drive(world.Request().Delete(1)))!.Status);
        await world.Ended();
        var ended = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.Completed>(ended.Outcome);
        Assert.Equal((Charged.Yes, false), (ended.Charge.Charged, ended.Deleted));
        Assert.Single(world.Provider.Log, "cancel job_1");
    }

    [Fact]
    public async Task A_cancel_that_fails_three_times_is_given_up_and_the_jobs_real_ending_counts()
    {
        await using var world = new World();
        world.Provider.CancelDown = true;
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        await world.Drive(world.Request().Delete(1));
        await world.Ended();
        Assert.Equal(RequestLifecycle.MaxFailedCancels, world.Provider.Log.Count(l => l == "cancel job_1"));
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_providers_copy_that_cannot_be_deleted_is_given_up_and_ours_stays()
    {
        await using var world = new World();
        world.Provider.DiscardDown = true;
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal(RequestLifecycle.MaxFailedDeletions, world.Provider.Log.Count(l => l == "discard job_1"));
        var view = (await world.Drive(world.Request().Get(1)))!;
        Assert.Equal((VideoStatus.Completed, false, Given.File), (view.Status, view.Deleted, view.File));
    }

    [Fact]
    public async Task The_operator_is_told_of_a_dead_letter_once_and_without_its_prompt()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Ended();

        var news = Assert.Single(world.News.Heard);
        Assert.Equal((new VideoId(World.Key(), 1), Charged.Unknown, "unresolved", Given.Lost.Detail), (news.Id, news.Charged, news.StoppedAt, news.Reason));
        Assert.Equal(((Ended)world.State()).Since, news.At);
        Assert.DoesNotContain("a cat", news.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_who_cannot_be_reached_is_told_later_and_the_same_and_not_for_ever()
    {
        await using var world = new World();
        world.News.Deaf = true;
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<SubmitReply?>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Until(() => world.News.Heard.Count == 2);
        world.CrashAndStart();
        await world.Wake();
        await world.Ended();

        Assert.InRange(world.News.Heard.Count, RequestLifecycle.MaxFailedTells, RequestLifecycle.MaxFailedTells + 1); // The crash may have lost one count.
        Assert.Single(world.News.Heard.Distinct());
        Assert.IsType<RequestOutcome.DeadLettered>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_job_that_belongs_to_another_request_is_not_taken_and_a_person_decides()
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(id =>
        {
            world.Claims.Add((id, World.Key("a dog")));
            return Task.FromResult<SubmitReply>(new SubmitReply.Unknown(Given.Lost));
        });
        await world.Drive(world.Ask());
        await world.Ended();
        var dead = Assert.IsType<Ended>(world.State());
        Assert.IsType<RequestOutcome.DeadLettered>(dead.Outcome);
        Assert.Equal((Charged.Unknown, null), (dead.Charge.Charged, dead.JobId));
        Assert.DoesNotContain("cancel job_1", world.Provider.Log);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_request_whose_account_is_not_configured_says_so_and_goes_on_when_it_is()
    {
        await using var world = new World();
        world.Provider.Account = "another";
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Queued { LastFailure: not null });
        Assert.Contains("'local' is not configured", (await world.Drive(world.Request().Get(1)))!.Waiting, StringComparison.Ordinal);
        Assert.Empty(Assert.IsType<Queued>(world.State()).Course.Sent); // Nothing was sent: it does not count.
        world.Provider.Account = "local";
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task Who_looks_while_the_copy_fails_is_told_that_the_video_is_finished_and_not_here_yet()
    {
        await using var world = new World();
        world.Provider.OnSave = () => Task.FromResult<SaveReply?>(new SaveReply.Trouble(new(FailureKind.Unavailable, "The disk is full.")));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Saving { Save.Failures: > 0 });
        var view = (await world.Drive(world.Request().Get(1)))!;
        Assert.Equal((VideoStatus.InProgress, 99), (view.Status, view.Progress));
        Assert.Contains("copied", view.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_our_store_is_full_a_finished_video_waits_says_so_and_is_saved_when_there_is_room()
    {
        await using var world = new World();
        world.Provider.OnSave = () => Task.FromResult<SaveReply?>(new SaveReply.Trouble(new(FailureKind.Unavailable, "/secret/path is full.", SaveReply.Trouble.StoreFull)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Saving { Save.Failures: > 2 });
        var waiting = (await world.Drive(world.Request().Get(1)))!.Waiting;
        Assert.Contains("our store is full", waiting, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", waiting, StringComparison.Ordinal);
        world.Provider.OnSave = null;
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task Without_reminders_a_video_is_made_and_when_they_are_back_it_has_one()
    {
        await using var world = new World();
        world.Reminders.Down = true;
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running { Percent: 50 });
        Assert.Equal(0, world.Reminders.Count);
        world.Reminders.Down = false;
        await world.Until(() => world.Reminders.Count == 1, TimeSpan.FromMinutes(1), "a reminder");
        Assert.IsType<Running>(world.State());
        await world.Ended();
        await world.Until(() => world.Reminders.Count == 0, TimeSpan.FromMinutes(2), "the reminder to go");
    }

    [Fact]
    public async Task A_wake_that_the_database_does_not_answer_does_no_harm_and_the_next_one_sees_what_another_process_wrote()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Ended();
        world.Disk.Down = true;
        await world.Wake();
        world.Disk.Down = false;
        world.Put(Given.Document(Given.Running() with { Check = new Due(world.Time.GetUtcNow()) })); // Its job is there, and finished.
        await world.Wake();
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_request_that_meets_a_bug_goes_on_a_minute_later()
    {
        await using var world = new World();
        world.Reminders.Down = true; // Nobody else wakes it.
        var draws = 0;
        world.OnDraw = () =>
        {
            if (++draws == 2) throw new InvalidTimeZoneException("a bug"); // The first names the ask, the second is the intent's.
        };
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        Assert.Equal(RequestPump.WaitAfterBug, world.Time.GetUtcNow() - Given.T);
        await world.Ended();
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_request_that_owes_more_than_a_hundred_effects_does_the_rest_a_minute_later()
    {
        await using var world = new World();
        world.Reminders.Down = true; // Nobody else wakes it.
        world.Put(Given.Document([.. Enumerable.Range(1, RequestPump.MaxEffects + 1).Select(n => new Refused(n, Given.Refusal, Given.T, new Due(Given.T)))]));
        await world.Wake();
        await world.Until(() => Owing(world) == 1, TimeSpan.Zero, "a hundred releases");
        await world.Until(() => Owing(world) == 0, what: "the last release");
        Assert.Equal(RequestPump.WaitAfterBug, world.Time.GetUtcNow() - Given.T);
    }

    private static int Owing(World world) => world.Document().Rounds.Count(r => r is Refused { Release: not null });
}
