using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Budgets;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>A pause that stops what is on its way, too.</summary>
public sealed class DrainTests
{
    private static readonly VideoView Cancelled = Views.Failed with { Error = new(Codes.Cancelled, "It was cancelled.") };

    [Theory]
    [InlineData("global", null, null, null)]
    [InlineData("client:bot", "bot", null, null)]
    [InlineData("user:bot/a/b:c", "bot", "a/b:c", null)]
    [InlineData("provider:paid", null, null, "paid")]
    public async Task What_its_scope_has_on_its_way_is_cancelled_when_the_pause_is_in_force(string scope, string? client, string? user, string? account)
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => ScriptedLive.Rounds(2);
        door.Live.OnMoney = _ => new(0, 0, 3.2m, 0);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelled);

        var asking = Pause(door, scope);
        await door.Time.Awaited(IPauses.Settle);
        Assert.Equal((1, 0), (door.Pauses.Known.Count, door.Live.Queries.Count)); // What is sent within this second is cancelled as well.
        var answer = await Settled(door, asking);

        Assert.Equal((200, scope), (answer.Status, (string)answer.Json["pause"]!["scope"]!));
        Assert.Equal(["cancelled", "cancelled"], answer.Json["drain"]!["videos"]!.AsArray().Select(video => (string)video!["outcome"]!));
        Assert.Equal("""{"reserved":0,"spent":0,"released":6.4,"at_risk":0}""", answer.Json["drain"]!["total"]!.ToJsonString());
        Assert.All(door.Live.Queries, query => Assert.Equal(new(client, user, account, null, VideoStop.MaxVideos + 1), query));
        Assert.Equal(account is null ? 2 : 1, door.Live.Queries.Count); // What waits for a provider was let in to wait.
        Assert.Contains(door.Log, line => line.Contains("Cancelled 2 of 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_goes_away_in_the_middle_has_stopped_everything_all_the_same()
    {
        await using var door = await Door.Open();
        var stopped = new ConcurrentDictionary<int, bool>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Live.OnLive = _ => ScriptedLive.Rounds(40);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = round =>
        {
            stopped[round] = true;
            if (stopped.Count == 40) all.TrySetResult();
            return Task.FromResult<VideoView?>(Cancelled);
        };
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/admin/pause") { Content = new StringContent(Body("global")) };
        request.Headers.TryAddWithoutValidation(OperatorTests.Key.Item1, OperatorTests.Key.Item2);

        var asking = door.Client.SendAsync(request, patience.Token);
        await door.Time.Awaited(IPauses.Settle);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await door.Left.Task.WaitAsync(TimeSpan.FromSeconds(10)); // The door knows by now that it is gone.
        door.Time.Advance(IPauses.Settle);

        await all.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task It_is_repeated_safely()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = number => number == 0 ? ScriptedLive.Rounds(1) : [];
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelled);

        Assert.Equal(1, (int)(await Settled(door, Pause(door, "global"))).Json["drain"]!["counts"]!["cancelled"]!);
        Assert.Empty((await Settled(door, Pause(door, "global"))).Json["drain"]!["videos"]!.AsArray());
        Assert.Single(door.Pauses.Known);
    }

    [Fact]
    public async Task Only_where_it_is_asked_for()
    {
        await using var door = await Door.Open();

        Assert.Null((await Settled(door, Send(door, """{"scope":"global","reason":"Stop.","drain":false}"""))).Json["drain"]);
        var wrong = await Send(door, """{"scope":"client:bot","reason":"Stop.","drain":"yes"}""");

        Assert.Equal((400, "drain"), (wrong.Status, (string)wrong.Json["param"]!));
        Assert.Empty(door.Live.Queries);
        Assert.Single(door.Pauses.Known);
    }

    [Fact]
    public async Task Without_a_database_nobody_is_told_that_it_is_done()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => throw new IOException("secret inner text");

        var answer = await Settled(door, Pause(door, "global"));

        Assert.Equal((503, "outcome_unknown"), (answer.Status, (string)answer.Json["code"]!));
        Assert.Single(door.Pauses.Known);
    }

    [Fact]
    public async Task What_was_being_let_in_when_the_pause_came_is_stopped_and_reported_as_well()
    {
        await using var door = await OnlyDrainsWaitForHalfTheirPatience();
        var letIn = new TaskCompletionSource<AskAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Grain.OnAsk = _ =>
        {
            asked.SetResult();
            return letIn.Task;
        };
        door.Live.OnLive = _ => ScriptedLive.Rounds(letIn.Task.IsCompleted ? 2 : 1); // It is in the database when it is let in.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelled);
        var ask = door.Post("""{"prompt":"A cat"}""");
        await asked.Task;

        var drain = Pause(door, "global");
        foreach (var _ in (int[])[1, 2])
        {
            await door.Time.Awaited(IPauses.Settle);
            door.Time.Advance(IPauses.Settle);
        }

        await door.Time.Awaited(VideoStop.Patience / 2); // It waits for the ask, and no longer than that.
        Assert.Single(door.Live.Queries);
        letIn.SetResult(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        Assert.Equal(200, (await ask).Status);
        Assert.Equal(2, (int)(await drain).Json["drain"]!["counts"]!["cancelled"]!);
        Assert.Equal(2, door.Live.Queries.Count);
    }

    [Fact]
    public async Task Who_is_let_in_for_longer_than_that_is_not_waited_for()
    {
        await using var door = await OnlyDrainsWaitForHalfTheirPatience();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        door.Grain.OnAsk = _ =>
        {
            asked.SetResult();
            return new TaskCompletionSource<AskAnswer>().Task;
        };
        door.Live.OnLive = _ => ScriptedLive.Rounds(1);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(Cancelled);
        var ask = door.Post("""{"prompt":"A cat"}""");
        await asked.Task;

        var drain = Settled(door, Pause(door, "global"));
        await door.Time.Awaited(VideoStop.Patience / 2);
        door.Time.Advance(VideoStop.Patience / 2);

        Assert.Equal(1, (int)(await drain).Json["drain"]!["counts"]!["cancelled"]!);
        door.Time.Advance(VideoStop.Patience); // The ask's own time is over, too.
        Assert.Equal(503, (await ask).Status);
    }

    private static Task<Door> OnlyDrainsWaitForHalfTheirPatience() => Door.Open(services => services.Configure<GatewayOptions>(options => options.CallTimeout = TimeSpan.FromSeconds(7)));

    // Once for the pause, and once more for those that were being let in.
    private static async Task<Answer> Settled(Door door, Task<Answer> asking)
    {
        while (!asking.IsCompleted)
        {
            if (await Task.WhenAny(asking, door.Time.Awaited(IPauses.Settle)) != asking) door.Time.Advance(IPauses.Settle);
        }

        return await asking;
    }

    private static string Body(string scope) => $$"""{"scope":"{{scope}}","reason":"Stop.","drain":true}""";

    private static Task<Answer> Pause(Door door, string scope) => Send(door, Body(scope));

    private static Task<Answer> Send(Door door, string body) => door.Send(HttpMethod.Post, "/api/admin/pause", new StringContent(body), OperatorTests.Key);
}
