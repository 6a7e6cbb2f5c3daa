using System.Diagnostics;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What the grains tell of themselves: one trace for one round, whatever crashes, and each fact counted once.</summary>
public sealed class TelemetryTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Whatever_a_round_does_before_and_after_a_crash_is_a_child_of_the_ask_that_opened_it()
    {
        await using var world = new World();
        var ask = await AskTraced(world, Trace);
        await world.Until(() => world.State() is Running);
        Assert.Contains(world.Heard.Spans, s => s.OperationName == "submit_job");
        var before = world.Heard.Spans.Count;
        world.CrashAndStart();
        await world.Ended();

        Assert.True(world.Heard.Spans.Count > before);
        Assert.All(world.Heard.Spans, s => Assert.Equal((Trace, ask), (s.TraceId.ToHexString(), s.ParentSpanId.ToHexString())));
        Assert.Equal(
            ["reserve_funds", "submit_job", "check_job", "save_video", "settle_funds", "discard_original"],
            world.Heard.Spans.Select(s => s.OperationName).Distinct());
    }

    [Fact]
    public async Task A_submit_whose_process_died_is_found_in_the_same_trace()
    {
        await using var world = new World();
        world.Provider.NextAnswers.Enqueue(_ => new TaskCompletionSource<SubmitReply>().Task);
        await AskTraced(world, Trace);
        await world.Until(() => world.Provider.Jobs.Count == 1);
        world.CrashAndStart();
        await world.Wake();
        await world.Ended();
        var find = Assert.Single(world.Heard.Spans, s => s.OperationName == "find_job");
        Assert.Equal(Trace, find.TraceId.ToHexString());
        Assert.Equal("job_accepted", find.GetTagItem("videogen.outcome"));
    }

    [Fact]
    public async Task A_span_says_which_request_round_attempt_and_account_and_never_the_prompt()
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(new(FailureKind.Rejected, "a cat is not allowed"), Charged.No));
        await AskTraced(world, Trace);
        await world.Ended();
        var check = world.Heard.Spans.Last(s => s.OperationName == "check_job");
        Assert.Equal(ActivityKind.Client, check.Kind);
        Assert.Equal(
            [("videogen.account", "local"), ("videogen.attempt", 1), ("videogen.outcome", "job_failed"), ("videogen.request", World.Key()), ("videogen.round", 1)],
            check.TagObjects.Select(t => (t.Key, t.Value!)).Order());
        Assert.Equal((ActivityStatusCode.Error, "rejected"), (check.Status, check.StatusDescription));
        Assert.DoesNotContain(world.Heard.Spans, s => s.TagObjects.Any(t => $"{t.Value}".Contains("a cat", StringComparison.Ordinal)) || $"{s.StatusDescription}".Contains("a cat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_is_kept_while_something_is_owed_and_no_longer()
    {
        await using var world = new World();
        await AskTraced(world, Trace);
        await world.Until(() => world.State() is Running);
        Assert.Contains(Trace, Json(world), StringComparison.Ordinal);
        await world.Ended();
        Assert.DoesNotContain("\"trace\"", Json(world), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_refused_round_is_released_in_its_trace_and_forgets_it()
    {
        await using var world = new World();
        await world.Drive(world.Ask("first"));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask("second", "bob")));
        // The quota cannot be written until all have opened a round: the refusal comes with the reservation.
        world.Quotas.Cooldown = TimeSpan.Zero;
        world.Disk.OnWrite = json => json.Contains("\"entries\"", StringComparison.Ordinal) ? WriteFault.Refused : null;
        Task<AskAnswer>[] waiting = [.. Enumerable.Range(0, 6).Select(n => Traced(Trace, () => world.Ask($"prompt {n}", "carol")))];
        await world.Until(() => Enumerable.Range(0, 6).All(n => world.State($"prompt {n}", "carol") is Admitting));
        world.Disk.OnWrite = null;
        var asks = await world.Drive(waiting);
        Assert.Contains(asks, a => a is AskAnswer.Refused);
        var refused = Enumerable.Range(0, 6).Single(n => asks[n] is AskAnswer.Refused);
        await world.Until(() => world.State($"prompt {refused}", "carol") is Refused { Release: null });
        Assert.DoesNotContain("\"trace\"", world.Disk.Json(GrainNames.VideoRequest, World.Key($"prompt {refused}", "carol"))!, StringComparison.OrdinalIgnoreCase);
        var settle = Assert.Single(world.Heard.Spans, s => s.OperationName == "settle_funds" && (string?)s.GetTagItem("videogen.request") == World.Key($"prompt {refused}", "carol"));
        Assert.Equal(Trace, settle.TraceId.ToHexString());
    }

    [Fact]
    public async Task An_ask_without_a_trace_leaves_none_in_the_document_and_one_that_joins_leaves_that_of_the_first()
    {
        await using var world = new World();
        await world.Drive(world.Ask("untraced"));
        Assert.DoesNotContain("\"trace\"", world.Disk.Json(GrainNames.VideoRequest, World.Key("untraced"))!, StringComparison.OrdinalIgnoreCase);

        await AskTraced(world, Trace, "bob");
        await AskTraced(world, "11111111111111111111111111111111", "bob");
        Assert.Contains(Trace, world.Disk.Json(GrainNames.VideoRequest, World.Key(user: "bob"))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_life_counts_each_stage_and_its_ending_once()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.All(
            new[] { "admitting", "queued", "submitting", "running", "saving" },
            stage => Assert.Equal(1, world.Heard.Sum($"videogen.stage.duration{{stage={stage}}}")));
        Assert.Equal(1, world.Heard.Sum("videogen.rounds.ended{charged=yes,outcome=completed}"));
        Assert.Equal(1, world.Heard.Sum("videogen.provider.call.duration{account=local,call=submit_job,outcome=job_accepted}"));
        Assert.Equal(1, world.Heard.Sum("videogen.prevented.payments{kind=joined}"));
        Assert.Equal(3.20, world.Heard.Sum("videogen.prevented.cost{kind=joined}"), 6);
        Assert.Equal(world.Disk.Writes, world.Heard.Sum("videogen.commits{document=request_document,outcome=written}") + world.Heard.Sum("videogen.commits{document=quota_document,outcome=written}"));
    }

    [Fact]
    public async Task Writes_whose_answers_are_lost_count_what_they_changed_once()
    {
        await using var world = new World();
        var writes = 0;
        world.Disk.OnWrite = _ => ++writes % 2 == 1 ? WriteFault.LandedButFailed : null;
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.True(world.Heard.Sum("videogen.commits{document=request_document,outcome=failed}") > 0);
        Assert.Equal(1, world.Heard.Sum("videogen.rounds.ended{charged=yes,outcome=completed}"));
        Assert.Equal(1, world.Heard.Sum("videogen.stage.duration{stage=saving}"));
    }

    [Fact]
    public async Task What_another_activation_wrote_is_read_and_not_counted_again()
    {
        await using var world = new World();
        var answer = new TaskCompletionSource<SubmitReply>();
        world.Provider.NextAnswers.Enqueue(_ => answer.Task);
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Jobs.Count == 1);
        world.Start(); // Another process takes over while the first one still waits for its answer.
        await world.Wake();
        await world.Ended();
        answer.SetResult(new SubmitReply.Accepted("job_1"));
        await world.Until(() => world.Heard.Sum("videogen.commits{document=request_document,outcome=lost_race}") > 0, what: "the first to lose the race");
        var lost = world.Time.GetUtcNow();
        await world.Until(() => world.Time.GetUtcNow() >= lost + TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)); // It reads again after a while.
        Assert.Equal(1, world.Heard.Sum("videogen.rounds.ended{charged=yes,outcome=completed}"));
        Assert.Equal(1, world.Heard.Sum("videogen.stage.duration{stage=submitting}"));
    }

    [Fact]
    public async Task A_dead_letter_is_counted_when_it_comes_and_when_it_ends_otherwise()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromHours(5);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered });
        Assert.Equal(1, world.Heard.Sum("videogen.dead_letters{charged=unknown}"));
        Assert.Equal(1, world.Heard.Sum("videogen.rounds.ended{charged=unknown,outcome=dead_lettered}"));
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed });
        Assert.Equal(1, world.Heard.Sum("videogen.rounds.ended{charged=yes,outcome=completed}"));
        Assert.Equal(1, world.Heard.Sum("videogen.dead_letters{charged=unknown}"));
    }

    private static string Json(World world) => world.Disk.Json(GrainNames.VideoRequest, World.Key())!;

    /// <summary>The id of the span that asked.</summary>
    private static async Task<string> AskTraced(World world, string trace, string user = "alice")
    {
        var span = "";
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(Traced(trace, () =>
        {
            span = Activity.Current!.SpanId.ToHexString();
            return world.Ask(user: user);
        })));
        return span;
    }

    private static async Task<AskAnswer> Traced(string trace, Func<Task<AskAnswer>> ask)
    {
        using var activity = new Activity("ask").SetParentId($"00-{trace}-b7ad6b7169203331-01").Start();
        return await ask();
    }
}
