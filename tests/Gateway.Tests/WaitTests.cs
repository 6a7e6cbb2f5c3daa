using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>GET with <c>wait=</c>: always the handle, never longer than asked, one call of the grain for everybody.</summary>
public sealed class WaitTests
{
    private static readonly string Path = $"/v1/videos/{Views.Id}";

    [Theory]
    [InlineData("60")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("99999999999")]
    [InlineData("1&wait=2")]
    public async Task A_wait_out_of_bounds_is_refused_by_name(string wait)
    {
        await using var door = await Door.Open();

        var answer = await door.Get($"{Path}?wait={wait}");

        Assert.Equal((400, "invalid_value", "wait"), (answer.Status, answer.Code, (string)answer.Error["param"]!));
        Assert.Contains("0 to 59", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?wait=0", false)]
    [InlineData("", false)]
    [InlineData("?wait=59", true)]
    public async Task Without_a_wait_or_after_the_end_the_answer_is_immediate(string query, bool ended)
    {
        await using var door = await Door.Open(); // Its grain throws on a wait.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(ended ? Views.Completed : Views.Queued);

        Assert.Equal(200, (await door.Get(Path + query)).Status);
    }

    [Fact]
    public async Task A_wait_goes_on_through_changes_until_the_video_ended()
    {
        await using var door = await Door.Open();
        var seen = new List<long>();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, revision) =>
        {
            lock (seen) seen.Add(revision);
            return Task.FromResult<VideoView?>(revision switch
            {
                1 => Views.Queued with { Revision = 2, Status = VideoStatus.InProgress },
                2 => Views.Queued with { Revision = 2, Status = VideoStatus.InProgress, Progress = 50 }, // Its 20 s were over.
                _ => throw new InvalidOperationException(),
            });
        };
        var wait = door.Grain.OnWait;
        door.Grain.OnWait = (round, revision) => seen.Count == 3 ? Task.FromResult<VideoView?>(Views.Completed) : wait(round, revision);

        var answer = await door.Get(Path + "?wait=59");

        Assert.Equal("completed", (string)answer.Json["status"]!);
        Assert.Equal([1L, 2L, 2L], seen);
    }

    [Fact]
    public async Task When_the_time_is_over_the_answer_is_the_handle()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) => new TaskCompletionSource<VideoView?>().Task;

        var waiting = door.Get(Path + "?wait=59");
        await door.Time.Awaited(TimeSpan.FromSeconds(59));
        door.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(waiting.IsCompleted);
        door.Time.Advance(TimeSpan.FromSeconds(30));
        var answer = await waiting;

        Assert.Equal((200, "queued"), (answer.Status, (string)answer.Json["status"]!));
    }

    [Fact]
    public async Task All_who_wait_for_a_video_share_one_call_of_its_grain()
    {
        await using var door = await Door.Open();
        var calls = 0;
        var change = new TaskCompletionSource<VideoView?>();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return change.Task;
        };

        // Different waits, so that it can be seen that each has begun.
        var waiting = Enumerable.Range(31, 20).Select(wait => door.Get($"{Path}?wait={wait}")).ToList();
        foreach (var wait in Enumerable.Range(31, 20)) await door.Time.Awaited(TimeSpan.FromSeconds(wait));
        change.SetResult(Views.Completed);
        var answers = await Task.WhenAll(waiting);

        Assert.All(answers, answer => Assert.Equal("completed", (string)answer.Json["status"]!));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_shared_call_that_ended_is_not_answered_from_again()
    {
        await using var door = await Door.Open();
        var calls = 0;
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Task.FromResult<VideoView?>(Views.Completed);
        };

        await door.Get(Path + "?wait=5");
        await door.Get(Path + "?wait=5");

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_grain_that_fails_during_a_wait_still_leaves_the_handle()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);

        var answer = await door.Get(Path + "?wait=59");

        Assert.Equal((200, "queued"), (answer.Status, (string)answer.Json["status"]!));
        Assert.Contains(door.Log, line => line.Contains("was cut short", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_video_that_goes_away_during_a_wait_is_404(bool deleted)
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) => Task.FromResult(deleted ? Views.Queued with { Revision = 2, Deleted = true } : null);

        Assert.Equal(404, (await door.Get(Path + "?wait=59")).Status);
    }

    [Fact]
    public async Task A_host_that_stops_lets_nobody_hang()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) => new TaskCompletionSource<VideoView?>().Task;

        var waiting = door.Get(Path + "?wait=59");
        await door.Time.Awaited(TimeSpan.FromSeconds(59));
        door.Stop();

        Assert.Equal("queued", (string)(await waiting).Json["status"]!);
    }
}
