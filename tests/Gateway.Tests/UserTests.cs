using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What a client sees of its end users, and how it has one erased.</summary>
public sealed class UserTests
{
    [Fact]
    public async Task A_user_has_videos_a_quota_and_budgets()
    {
        await using var door = await Door.Open();
        door.Users.Erasing = 1;
        var user = await door.Get("/v1/users/alice");
        Assert.Equal(
            """{"object":"user","user":"alice","videos":{"queued":0,"in_progress":0,"cancelling":0,"completed":3,"failed":0},"quota":{"whose":"user","used":2,"limit":5,"next_at":null},"budgets":[{"scope":"user:local/alice","period":"2026-11-20","limit_usd":5,"reserved_usd":3.20,"spent_usd":0,"at_risk_usd":0,"remaining_usd":1.80}],"erasing":1}""",
            user.Text);
        Assert.Equal(new Owner("local", "alice"), Assert.Single(door.Users.Asked.Distinct()));
        Assert.Contains("l-local/alice", door.Grains.Keys);
    }

    [Theory]
    [InlineData("/v1/users/alice", "alice")]
    [InlineData("/v1/users/a%2Fb", "a/b")]
    [InlineData("/v1/users/a%252Fb", "a%2Fb")]
    [InlineData("/v1/users/-", "-")]
    public async Task Each_user_has_one_address(string path, string user)
    {
        await using var door = await Door.Open();
        Assert.Equal(user, (string)(await door.Get(path)).Json["user"]!);
        Assert.Equal(200, (await door.Get($"{path}/videos")).Status);
        Assert.All(door.Users.Asked, owner => Assert.Equal(new("local", user), owner));
    }

    [Theory]
    [InlineData("/v1/users/two%20words")]
    [InlineData("/v1/users/%0d%0a")]
    [InlineData("/v1/users/%F0%9F%98%80")]
    public async Task What_is_no_name_is_refused(string path)
    {
        await using var door = await Door.Open();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
        {
            var answer = await door.Send(method, path);
            Assert.Equal((400, "user"), (answer.Status, answer.Status == 400 && answer.Code == "invalid_value" ? (string)answer.Error["param"]! : answer.Text));
        }

        Assert.Empty(door.Users.Asked);
    }

    [Theory]
    [InlineData("/v1/users/alice/../bob")]
    [InlineData("/v1/users/alice/%2e%2e/bob")]
    [InlineData("/v1/users/./bob")]
    public async Task A_path_that_goes_back_names_nobody(string path)
    {
        await using var door = await Door.Open();
        var answer = await RawHttp.Send(door.Client.BaseAddress!, $"DELETE {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Empty(door.Users.Asked);
    }

    [Fact]
    public async Task Their_videos_are_listed_page_by_page()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = round => Task.FromResult<VideoView?>(Views.Completed with { Id = Views.Id with { Round = round } });
        var page = (await door.Get("/v1/users/alice/videos?limit=2")).Json;
        Assert.Equal((2, true), (page["data"]!.AsArray().Count, (bool)page["has_more"]!));
        Assert.Equal("invalid_value", (await door.Get("/v1/users/alice/videos?limit=101")).Code);
    }

    [Fact]
    public async Task An_erasure_says_when_it_is_done()
    {
        await using var door = await Door.Open();
        door.Users.Worded.AddRange(["v-a", "v-b"]);
        door.Grain.OnErase = () => Task.FromResult(true);
        var answer = await door.Send(HttpMethod.Delete, "/v1/users/alice");
        Assert.Equal((200, """{"object":"user.erasure","user":"alice","requests":2,"erased":2,"more":false}"""), (answer.Status, answer.Text));
        Assert.Contains("v-a", door.Grains.Keys);
        Assert.Contains("v-b", door.Grains.Keys);
        Assert.DoesNotContain(door.Log, line => line.StartsWith("VideoGen.", StringComparison.Ordinal) && line.Contains("alice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_goes_on_is_202_and_says_where_to_look()
    {
        await using var door = await Door.Open();
        door.Users.Worded.Add("v-a");
        door.Grain.OnErase = () => Task.FromResult(false);
        var answer = await door.Send(HttpMethod.Delete, "/v1/users/a%2Fb");
        Assert.Equal((202, "/v1/users/a%2Fb", 0), (answer.Status, answer.Header("Location"), (int)answer.Json["erased"]!));
    }

    [Fact]
    public async Task One_that_does_not_answer_keeps_no_other_from_being_erased()
    {
        await using var door = await Door.Open();
        door.Users.Worded.AddRange(Enumerable.Range(0, 100).Select(i => $"v-{i}"));
        var calls = 0;
        door.Grain.OnErase = () => Interlocked.Increment(ref calls) % 10 == 1 ? throw new IOException("secret inner text") : Task.FromResult(true);

        var answer = await door.Send(HttpMethod.Delete, "/v1/users/alice");

        Assert.Equal((202, """{"object":"user.erasure","user":"alice","requests":100,"erased":90,"more":true}"""), (answer.Status, answer.Text));
        Assert.Equal(100, calls);
        Assert.Equal(10, door.Log.Count(line => line.Contains("did not answer whether it is erased", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task More_than_one_call_takes_are_said()
    {
        await using var door = await Door.Open();
        door.Users.Worded.AddRange(Enumerable.Range(0, 1_001).Select(i => $"v-{i}"));
        door.Grain.OnErase = () => Task.FromResult(true);
        var answer = await door.Send(HttpMethod.Delete, "/v1/users/alice");
        Assert.Equal((202, 1_000, true), (answer.Status, (int)answer.Json["erased"]!, (bool)answer.Json["more"]!));
    }

    [Fact]
    public async Task A_run_has_a_quota_and_what_is_on_its_way()
    {
        await using var door = await Door.Open();
        door.Live.OnLive = _ => ScriptedLive.Rounds(2);
        var run = (await door.Get("/v1/runs/nightly%2F7")).Json;
        Assert.Equal(("run", "nightly/7", 2), ((string)run["object"]!, (string)run["run"]!, run["on_their_way"]!.AsArray().Count));
        Assert.Equal(("local", "nightly/7"), Assert.Single(door.Live.Queries) is var query ? (query.Client, query.Run) : default);
        Assert.Equal("run", (string)run["quota"]!["whose"]!);
        Assert.Contains("l-local/-", door.Grains.Keys);
        Assert.Equal("invalid_value", (await door.Get("/v1/runs/two%20words")).Code);
    }
}
