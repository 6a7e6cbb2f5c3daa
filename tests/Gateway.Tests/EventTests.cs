using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Progress: event streams, entity tags, and when to ask again.</summary>
public sealed class EventTests
{
    private static readonly string Path = $"/v1/videos/{Views.Id}";

    private static readonly VideoView Running = Views.Queued with { Revision = 2, Status = VideoStatus.InProgress, Waiting = null, Progress = 40 };

    [Fact]
    public async Task A_stream_tells_each_change_once_and_closes_after_the_end()
    {
        await using var door = await Door.Open();
        Changes(door, Views.Queued, Running, Running with { Revision = 3 }, Views.Completed);
        using var stream = await HeardEvents.Open(door, Path);

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("retry: 2000", await stream.Block());
        var events = new[] { await stream.Event(), await stream.Event(), await stream.Event() };
        Assert.Equal(["video.updated", "video.updated", "video.completed"], events.Select(e => e.Name)); // What nobody can see is no change.
        Assert.Equal(["queued", "in_progress", "completed"], events.Select(e => (string)e.Video["status"]!));
        Assert.Equal(3, events.Select(e => e.Id).Distinct().Count());
        Assert.Null(await stream.Block());
    }

    [Fact]
    public async Task Who_comes_again_hears_what_is_different_and_after_the_end_nothing_ever()
    {
        await using var door = await Door.Open();
        Changes(door, Views.Queued, Views.Completed);
        string first, last;
        using (var stream = await HeardEvents.Open(door, Path))
        {
            await stream.Block();
            first = (await stream.Event()).Id;
            last = (await stream.Event()).Id;
        }

        Changes(door, Views.Queued, Views.Completed);
        using (var again = await HeardEvents.Open(door, Path, ("Last-Event-ID", first)))
        {
            await again.Block();
            Assert.Equal(("video.completed", last), await again.Event() is var heard ? (heard.Name, heard.Id) : default);
        }

        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        Assert.Equal(204, (await door.Get($"{Path}/events", ("Last-Event-ID", last))).Status);
        Assert.Contains("event: video.completed", (await door.Get($"{Path}/events", ("Last-Event-ID", first))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_changes_stays_open_by_a_sign_of_life_and_ends_with_the_host()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) => new TaskCompletionSource<VideoView?>().Task;
        using var stream = await HeardEvents.Open(door, Path);
        await stream.Block();
        await stream.Event();
        await door.Time.Awaited(TimeSpan.FromSeconds(15));
        door.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(":", await stream.Block());

        door.Stop();
        Assert.Null(await stream.Block());
    }

    [Theory]
    [InlineData("revoked", false)]
    [InlineData("revoked", true)]
    [InlineData("scopes", true)]
    [InlineData("unknown", true)]
    [InlineData("first key", true)]
    [InlineData("first key", false)]
    public async Task A_key_that_is_revoked_hears_nothing_more_of_a_video_and_its_stream_ends(string why, bool changes)
    {
        await using var door = await Door.Open();
        var keyless = why == "first key";
        var (key, another) = keyless ? ("", "") : (door.Keys.Make("bot"), door.Keys.Make("bot"));
        var change = new TaskCompletionSource<VideoView?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = keyless ? Views.Queued : Views.Queued with { Owner = new("bot", "ann") };
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(queued);
        door.Grain.OnWait = (_, _) => change.Task;
        using var stream = await HeardEvents.Open(door, Path, keyless ? [] : [("Authorization", $"Bearer {key}")]);
        await stream.Block();
        await stream.Event();

        // What becomes of another key is nothing to it.
        if (!keyless) door.Keys.Revoke(another);
        if (changes)
        {
            await Beat(door); // A call of a grain lasts no longer than two of them.
            Assert.Equal(":", await stream.Block());
        }

        if (why == "revoked") door.Keys.Revoke(key);
        if (why == "scopes") door.Keys.Allow(key, KeyScopes.Generate);
        if (why == "unknown") door.Keys.Reachable = false;
        if (keyless) door.Keys.Make("bot");
        if (changes) change.SetResult(queued with { Revision = 2, Status = VideoStatus.InProgress });
        else await Beat(door);
        Assert.Null(await stream.Block());
    }

    private static async Task Beat(Door door)
    {
        await door.Time.Awaited(EventStream.Heartbeat);
        door.Time.Advance(EventStream.Heartbeat);
    }

    [Fact]
    public async Task A_video_that_is_removed_is_told_as_such_and_one_of_somebody_else_is_not_there()
    {
        await using var door = await Door.Open();
        Changes(door, Views.Queued, Views.Completed with { Status = VideoStatus.Cancelling, Deleted = true });
        using (var stream = await HeardEvents.Open(door, Path))
        {
            await stream.Block();
            await stream.Event();
            Assert.Equal("video.deleted", (await stream.Event()).Name);
            Assert.Null(await stream.Block());
        }

        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued with { Owner = new("another", Owner.Everyone) });
        Assert.Equal((404, "video_not_found"), await door.Get($"{Path}/events") is var answer ? (answer.Status, answer.Code) : default);
    }

    [Fact]
    public async Task A_client_has_so_many_streams_and_a_closed_one_makes_room()
    {
        await using var door = await Door.Open(services => services.Configure<GatewayOptions>(options => options.StreamsPerClient = 1));
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnWait = (_, _) => new TaskCompletionSource<VideoView?>().Task;
        using (var stream = await HeardEvents.Open(door, Path))
        {
            await stream.Block();
            var refused = await door.Get($"{Path}/events");
            Assert.Equal((429, "too_many_streams", "false"), (refused.Status, refused.Code, refused.Header("x-should-retry")));
        }

        await door.Left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var next = await door.Client.GetAsync(new Uri($"{Path}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            if (next.StatusCode == HttpStatusCode.OK) break;
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(10), "The place was not given back.");
            await Task.Yield();
        }
    }

    [Fact]
    public async Task What_is_known_is_not_sent_again()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Running);
        var tag = (await door.Get(Path)).Header("ETag")!;

        foreach (var header in (string[])[tag, $"W/{tag}", $"\"other\", {tag}", "*"])
        {
            var known = await door.Get(Path, ("If-None-Match", header));
            Assert.Equal((304, 0, tag), (known.Status, known.Bytes.Length, known.Header("ETag")));
        }

        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Running with { Progress = 41 });
        var changed = await door.Get(Path, ("If-None-Match", tag));
        Assert.Equal((200, 41), (changed.Status, (int)changed.Json["progress"]!));
        Assert.NotEqual(tag, changed.Header("ETag"));
    }

    [Theory]
    [InlineData("in_progress", "2000", "2")]
    [InlineData("queued", "5000", "5")]
    [InlineData("completed", null, null)]
    public async Task A_live_video_says_when_to_ask_again(string status, string? milliseconds, string? seconds)
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(status switch { "in_progress" => Running, "queued" => Views.Queued, _ => Views.Completed });

        var answer = await door.Get(Path);
        Assert.Equal((status, milliseconds, seconds), ((string)answer.Json["status"]!, answer.Header("openai-poll-after-ms"), answer.Header("Retry-After")));
    }

    // The grain tells of one change after another; who waits for more waits for ever.
    private static void Changes(Door door, params VideoView[] views)
    {
        var next = Channel.CreateUnbounded<VideoView>();
        foreach (var view in views[1..]) next.Writer.TryWrite(view);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(views[0]);
        door.Grain.OnWait = async (_, _) => await next.Reader.ReadAsync();
    }
}
