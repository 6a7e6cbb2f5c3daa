using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Crashes, lost answers, frozen processes and a lying database: one payment all the same, and nothing lost.</summary>
public sealed class CrashTests
{
    private static readonly Task<SubmitReply> Never = new TaskCompletionSource<SubmitReply>().Task;

    [Fact]
    public async Task A_crash_after_the_job_was_made_finds_it_and_pays_once()
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(_ => Never);
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        Assert.IsType<Submitting>(world.State());
        world.CrashAndStart();
        await world.Wake();
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_crash_before_the_submit_left_sends_again_only_after_the_quiet_time()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue(async (_, _) => { await Never; return null; });
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Submitting);
        world.CrashAndStart();
        var restarted = world.Time.GetUtcNow();
        await world.Wake();
        await world.Until(() => world.Provider.Jobs.Count == 1);
        var quiet = world.Requests.SubmitWindow + world.Requests.SubmitTimeout + world.Provider.Traits.QuietTime;
        Assert.True(world.Time.GetUtcNow() - restarted >= quiet);
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_submit_without_an_answer_at_a_provider_that_cannot_tell_waits_for_a_person_and_holds_the_prompt()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { Resolution = Resolution.None };
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(Given.Lost)));
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended);
        world.Time.Advance(TimeSpan.FromDays(3));
        await world.Settle();
        var answer = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        Assert.Equal((Dedup.Replayed, Codes.DeadLettered, Charged.Unknown), (answer.Dedup, answer.Video.Error!.Code, answer.Video.Charged));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_process_frozen_between_intent_and_submit_gives_up_by_itself()
    {
        await using var world = new World();
        var thaw = new TaskCompletionSource();
        world.Provider.NextSubmits.Enqueue(async (_, _) => { await thaw.Task; return null; }); // Frozen before the gate is asked.
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Submitting);

        world.Start(); // Meanwhile another process takes the request over and resolves it.
        await world.Wake();
        await world.Until(() => world.Provider.Jobs.Count == 1);
        thaw.SetResult();
        await world.Settle();
        Assert.Contains("gave up", world.Provider.Log);
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_job_id_that_comes_late_to_a_request_that_was_taken_over_is_not_lost()
    {
        await using var world = new World();
        var answer = new TaskCompletionSource<SubmitReply>();
        world.Provider.NextAnswers.Enqueue(_ => answer.Task);
        world.Provider.FindDown = true; // The one that takes over cannot find it.
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        world.Start();
        await world.Wake();
        await world.Until(() => world.State() is Unresolved);
        answer.SetResult(new SubmitReply.Accepted("job_1"));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task A_lookup_says_what_was_asked_for_and_when_it_was_sent()
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Unknown(new(FailureKind.Unknown, "lost"))));
        await world.Drive(world.Ask());
        await world.Ended();

        var (sent, sought) = (Assert.Single(world.Provider.Orders), Assert.Single(world.Provider.Sought));
        Assert.Equal((sent.ProviderKey, sent.Prompt, sent.Options), (sought.ProviderKey, sought.Prompt, sought.Options));
        Assert.Equal(Assert.Single(Assert.IsType<Ended>(world.State()).Sent), sought.SentFrom);
        Assert.Equal(world.Requests.SubmitWindow + world.Requests.SubmitTimeout, sought.SentUntil - sought.SentFrom);
    }

    [Fact]
    public async Task A_job_that_nobody_waits_for_becomes_an_orphan_and_is_cancelled()
    {
        await using var world = new World();
        world.Provider.Traits = world.Provider.Traits with { QuietTime = TimeSpan.Zero };
        var answer = new TaskCompletionSource<SubmitReply>();
        // The first process hangs in a submit that a broken network delivers much later than any timeout says.
        world.Provider.NextSubmits.Enqueue(async (_, _) => await answer.Task);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Submitting);
        world.Start();
        await world.Wake();
        await world.Until(() => world.State() is Running);
        world.Provider.NextEndings.Enqueue(new CheckReply.Finished(0.40m));
        var stray = await world.Provider.Submit(new("stray", "a cat", Given.Options), new(world.Time, world.Time.GetTimestamp(), TimeSpan.FromHours(1)), default);
        answer.SetResult(stray);
        await world.Until(() => world.Document().Orphans is [{ Cancel: null }], what: "the orphan to be cancelled");
        Assert.Equal("job_2", world.Document().Orphans.Single().JobId);
        Assert.Contains("cancel job_2", world.Provider.Log);
        await world.Ended();
    }

    [Fact]
    public async Task A_write_that_landed_but_reported_failure_changes_nothing()
    {
        await using var world = new World();
        var count = 0;
        world.Disk.OnWrite = _ => ++count % 2 == 1 ? WriteFault.LandedButFailed : null;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
    }

    [Fact]
    public async Task While_the_database_is_down_an_ask_is_answered_unknown_and_nothing_is_paid()
    {
        await using var world = new World();
        Assert.Null(await world.Drive(world.Request().Get(1)));
        world.Disk.Down = true;
        Assert.IsType<AskAnswer.Unknown>(await world.Drive(world.Ask(), TimeSpan.FromMinutes(1)));
        Assert.Empty(world.Provider.Log);
        world.Disk.Down = false;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_job_id_is_written_however_long_the_database_is_down()
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(id =>
        {
            world.Disk.Down = true;
            return Task.FromResult<SubmitReply>(new SubmitReply.Accepted(id));
        });
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        var down = world.Time.GetUtcNow();
        await world.Until(() => world.Time.GetUtcNow() >= down + TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
        Assert.IsType<Submitting>(world.State());
        world.Disk.Down = false;
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.DoesNotContain("find", world.Provider.Log); // Nobody had to ask: it was never forgotten.
    }

    [Fact]
    public async Task A_crash_at_every_write_pays_once_and_ends()
    {
        for (var n = 1; ; n++)
        {
            await using var world = new World();
            world.Provider.Traits = world.Provider.Traits with { QuietTime = TimeSpan.Zero };
            var count = 0;
            var crashed = false;
            world.Disk.OnWrite = _ =>
            {
                if (++count != n) return null;
                world.Crash(); // After this write landed: nothing of this process runs again.
                crashed = true; // Not before: whoever waits for it starts the next process.
                return null;
            };
            var ask = world.Ask();
            await world.Until(() => crashed || world.State() is Ended { Settle: null, Discard: null }, what: $"the crash at write {n}");
            if (!crashed) return;

            world.Start();
            var again = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
            Assert.Equal(1, again.Video.Id.Round);
            await world.Ended();
            Assert.Single(world.Provider.Jobs);
            Assert.IsType<RequestOutcome.Completed>(Assert.IsType<Ended>(world.State()).Outcome);
            Assert.True(n < 100, "It never ended without a crash.");
        }
    }

    [Fact]
    public async Task A_reminder_carries_a_request_on_after_a_crash_without_anybody_asking()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running && world.Reminders.Count == 1);
        world.CrashAndStart();
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_request_that_another_engine_left_sleeping_gets_a_reminder_from_the_first_sweep()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromHours(5);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered } && world.Reminders.StartAt > world.Time.GetUtcNow() + TimeSpan.FromMinutes(50));
        var sleepsUntil = world.Reminders.StartAt;
        world.Crash();
        await world.Reminders.TestOnlyClearTable();
        world.Start();

        await world.Wake();

        await world.Until(() => world.Reminders.Count == 1, TimeSpan.Zero, "a reminder");
        Assert.InRange(world.Reminders.StartAt, sleepsUntil - TimeSpan.FromMinutes(1), sleepsUntil + TimeSpan.FromMinutes(1));
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed });
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_dead_letter_whose_job_ends_late_carries_on_by_itself()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromHours(5);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered });
        Assert.Equal(Charged.Unknown, Assert.IsType<Ended>(world.State()).Charge.Charged);
        await world.Ended();
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed });
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task The_reminder_of_a_dead_letter_sleeps_from_one_look_at_its_job_to_the_next()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromHours(5);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered });
        for (var look = 0; look < 2; look++)
        {
            await world.Until(() => world.Reminders.StartAt > world.Time.GetUtcNow() + TimeSpan.FromMinutes(50), TimeSpan.FromHours(2), "the reminder to sleep");
            var sleepsUntil = world.Reminders.StartAt;
            await world.Until(() => world.Reminders.StartAt != sleepsUntil, TimeSpan.FromHours(2), "the next look");
            Assert.True(world.Time.GetUtcNow() >= sleepsUntil);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("job\0")]
    public async Task A_job_id_that_cannot_be_stored_is_no_answer(string id)
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(_ => Task.FromResult<SubmitReply>(new SubmitReply.Accepted(id)));
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Contains("find", world.Provider.Log);
        Assert.Single(world.Provider.Jobs);
    }
}
