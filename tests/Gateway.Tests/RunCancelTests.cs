using System.Collections.Concurrent;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>All that one run of an agent has on its way, stopped at once.</summary>
public sealed class RunCancelTests
{
    private static readonly VideoView Cancelled = Views.Failed with { Error = new(Codes.Cancelled, "It was cancelled.") };
    private static readonly VideoView Cancelling = Views.Queued with { Status = VideoStatus.Cancelling };

    [Fact]
    public async Task Each_video_is_answered_with_what_became_of_it_and_of_its_money()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => ScriptedLive.Rounds(6);
        door.Live.OnMoney = id => id.Round switch { 1 => new(0, 0, 3.2m, 0), 2 => new(0, 1.5m, 1.7m, 0), 4 => new(3.2m, 0, 0, 0), 5 => new(0, 0, 0, 3.2m), _ => null };
        door.Grain.OnGet = round => Task.FromResult<VideoView?>(round == 3 ? Cancelled : Views.Queued);
        door.Grain.OnCancel = round => Task.FromResult<VideoView?>(round switch
        {
            1 => Cancelled,
            2 or 5 => Cancelling with { Id = Views.Id with { Round = round } },
            4 => Views.Queued with { Status = VideoStatus.InProgress },
            6 => Views.Completed,
            _ => throw new InvalidOperationException("What had ended is not cancelled."),
        });
        door.Grain.OnWait = (round, _) => Task.FromResult<VideoView?>(round == 2 ? Views.Completed : Views.Failed with { Error = new(Codes.DeadLettered, "Nobody knows.") });

        var answer = await Cancel(door, "run-1");

        Assert.Equal((200, "run.cancellation", "run-1", false), (answer.Status, (string)answer.Json["object"]!, (string)answer.Json["run"]!, (bool)answer.Json["more"]!));
        Assert.Equal(
            ["1 failed cancelled", "2 completed not_cancelled", "3 failed already_ended", "4 in_progress not_cancelled", "5 failed not_cancelled", "6 completed already_ended"],
            answer.Json["videos"]!.AsArray().Select((video, index) => $"{index + 1} {video!["status"]} {video["outcome"]}"));
        Assert.Contains("the video is kept", (string)answer.Json["videos"]![1]!["why"]!, StringComparison.Ordinal);
        Assert.Equal("Nobody knows.", (string)answer.Json["videos"]![4]!["why"]!);
        Assert.Equal("""{"reserved":0,"spent":1.5,"released":1.7,"at_risk":0}""", answer.Json["videos"]![1]!["usd"]!.ToJsonString());
        Assert.Equal("""{"cancelled":1,"cancelling":0,"already_ended":2,"not_cancelled":3}""", answer.Json["counts"]!.ToJsonString());
        Assert.Equal("""{"reserved":3.2,"spent":1.5,"released":4.9,"at_risk":3.2}""", answer.Json["total"]!.ToJsonString());
        Assert.Equal([new("local", null, null, "run-1", VideoStop.MaxVideos + 1)], door.Live.Queries);
    }

    [Fact]
    public async Task A_run_with_nothing_on_its_way_and_a_name_that_is_none()
    {
        await using var door = await Door.Open();

        Assert.Equal("""{"cancelled":0,"cancelling":0,"already_ended":0,"not_cancelled":0}""", (await Cancel(door, "run-1")).Json["counts"]!.ToJsonString());
        Assert.Equal((400, "invalid_value"), await Cancel(door, "run%201") is var answer ? (answer.Status, answer.Code) : default);
        Assert.Single(door.Live.Queries);
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("a%3Fb/cancel?x=/y/z#", "a?b")]
    public async Task A_runs_name_may_have_any_visible_character(string inPath, string run)
    {
        await using var door = await Door.Open();

        var answer = await door.Send(HttpMethod.Post, $"/v1/runs/{(inPath.Contains("cancel", StringComparison.Ordinal) ? inPath : inPath + "/cancel/")}");

        Assert.Equal((200, run), (answer.Status, (string)answer.Json["run"]!));
        Assert.Equal(run, Assert.Single(door.Live.Queries).Run);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_waited_for_20_seconds()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => ScriptedLive.Rounds(1);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelling);
        door.Grain.OnWait = (_, _) => new TaskCompletionSource<VideoView?>().Task;

        var asking = Cancel(door, "run-1");
        await door.Time.Awaited(VideoStop.Patience);
        Assert.False(asking.IsCompleted);
        door.Time.Advance(VideoStop.Patience);

        Assert.Equal("cancelling", (string)(await asking).Json["videos"]![0]!["outcome"]!);
    }

    [Fact]
    public async Task One_that_turns_out_not_to_be_stoppable_is_not_waited_for()
    {
        await using var door = await Door.Open();
        var waits = 0;
        door.Live.OnLive = _ => ScriptedLive.Rounds(1);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelling);
        door.Grain.OnWait = (_, _) => Interlocked.Increment(ref waits) == 1
            ? Task.FromResult<VideoView?>(Views.Queued with { Status = VideoStatus.InProgress })
            : new TaskCompletionSource<VideoView?>().Task;

        var answer = await Cancel(door, "run-1").WaitAsync(TimeSpan.FromSeconds(60)); // Time stands still meanwhile.

        Assert.Equal("not_cancelled", (string)answer.Json["videos"]![0]!["outcome"]!);
    }

    [Fact]
    public async Task Two_hundred_are_cancelled_sixteen_at_a_time()
    {
        await using var door = await Door.Open();
        var (inside, most) = (0, 0);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Live.OnLive = _ => ScriptedLive.Rounds(200);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = async _ =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            await open.Task;
            Interlocked.Decrement(ref inside);
            return Cancelled;
        };

        var asking = Cancel(door, "run-1");
        await door.Time.Awaited(VideoStop.Patience); // By then each has begun, or waits for its turn.
        Assert.Equal(VideoStop.AtOnce, Volatile.Read(ref inside));
        open.SetResult();

        Assert.Equal((200, VideoStop.AtOnce), ((int)(await asking).Json["counts"]!["cancelled"]!, most));
    }

    [Fact]
    public async Task More_than_one_call_takes_are_said()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => ScriptedLive.Rounds(VideoStop.MaxVideos + 5);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Cancelled);

        var answer = await Cancel(door, "run-1");

        Assert.Equal((VideoStop.MaxVideos, true), (answer.Json["videos"]!.AsArray().Count, (bool)answer.Json["more"]!));
    }

    [Fact]
    public async Task What_is_still_being_admitted_is_asked_again_and_who_does_not_answer_is_said()
    {
        await using var door = await Door.Open();
        var looks = new ConcurrentDictionary<int, int>();
        door.Live.OnLive = number => number == 0 ? ScriptedLive.Rounds(4) : ScriptedLive.Rounds(1); // Of the four, 2 was refused meanwhile.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = round => (round, looks.AddOrUpdate(round, 1, (_, n) => n + 1)) switch
        {
            (1 or 2, _) => Task.FromResult<VideoView?>(null),
            (3, _) => Task.FromException<VideoView?>(new IOException("secret inner text")),
            (_, < 3) => Task.FromResult<VideoView?>(null),
            _ => Task.FromResult<VideoView?>(Cancelled),
        };

        var asking = Cancel(door, "run-1");
        while (!asking.IsCompleted)
        {
            await Task.WhenAny(asking, door.Time.Awaited(VideoStop.LookAgain));
            door.Time.Advance(VideoStop.LookAgain);
        }

        var answer = await asking;
        Assert.Equal(["not_cancelled", "already_ended", "not_cancelled", "cancelled"], answer.Json["videos"]!.AsArray().Select(video => (string)video!["outcome"]!));
        Assert.Contains("still being admitted", (string)answer.Json["videos"]![0]!["why"]!, StringComparison.Ordinal);
        Assert.Contains("did not answer", (string)answer.Json["videos"]![2]!["why"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    private static Task<Answer> Cancel(Door door, string run) => door.Send(HttpMethod.Post, $"/v1/runs/{run}/cancel");

    private static void InterlockedMax(ref int most, int now)
    {
        int seen;
        do seen = Volatile.Read(ref most);
        while (seen < now && Interlocked.CompareExchange(ref most, now, seen) != seen);
    }
}
