using System.Text;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>From the first API key on: who may call, as whom, and what a client sees of another.</summary>
public sealed class KeyTests
{
    private const string Ask = """{"prompt":"A cat on a roof","user":"ann"}""";
    private static readonly string Elsewhere = $"vg_{new string('x', 46)}";

    [Theory]
    [InlineData("GET", "/v1/videos/video_v-a_1")]
    [InlineData("POST", "/v1/videos")]
    [InlineData("DELETE", "/v1/videos/video_v-a_1")]
    [InlineData("GET", "/v1/videos/video_v-a_1/content")]
    [InlineData("GET", "/v1/nowhere")]
    [InlineData("PUT", "/v1/videos")]
    [InlineData("GET", "/api/stats")]
    [InlineData("GET", "/")]
    public async Task Every_call_needs_a_key_from_this_machine_too(string method, string path)
    {
        await using var door = await Door.Open();
        door.Keys.Make("bot");

        var answer = await door.Send(new(method), path);

        Assert.Equal((401, "Bearer", "false"), (answer.Status, answer.Header("WWW-Authenticate"), answer.Header("x-should-retry")));
        Assert.Equal("invalid_api_key", path.StartsWith("/v1", StringComparison.Ordinal) ? answer.Code : (string)answer.Json["code"]!);
        Assert.Empty(door.Grains.Keys);
    }

    [Fact]
    public async Task Every_route_is_closed_without_a_key_but_health()
    {
        await using var door = await Door.Open();
        door.Keys.Make("bot");

        Assert.Equal(["/console", "/console/{file}", "/docs/{**file}", "/health/live", "/health/ready", "/openapi.json", "/webhooks/{provider}/{token}"], door.OpenRoutes.Order(StringComparer.Ordinal));
        Assert.Equal((200, 200), ((await door.GetFrom("8.8.8.8", "/health/live")).Status, (await door.GetFrom("8.8.8.8", "/health/ready")).Status));
    }

    [Fact]
    public async Task A_key_is_its_client_from_wherever_it_comes()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        var (bot, web) = (door.Keys.Make("bot"), door.Keys.Make("web"));

        foreach (var (key, remote) in new[] { (bot, "8.8.8.8"), (web, "127.0.0.1") })
        {
            var answer = await door.Send(HttpMethod.Post, "/v1/videos", Json(Ask), Bearer(key), ("X-Test-Remote", remote), ("X-Forwarded-For", "9.9.9.9"), ("Host", "videos.example"));
            Assert.Equal(200, answer.Status);
        }

        Assert.Equal(["bot/ann", "web/ann"], door.Grain.Asks.Select(a => a.Owner.ToString()));
        Assert.Equal(["bot", "web"], door.Keys.Uses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic {key}")]
    [InlineData("{key}")]
    [InlineData("Bearer {key} {key}")]
    [InlineData("Bearer {key}x")]
    [InlineData("Bearer sk-{key}")]
    [InlineData("Bearer {mistyped}")]
    [InlineData("Bearer {foreign}")]
    [InlineData("Bearer {revoked}")]
    public async Task Anything_but_a_key_in_force_gets_one_and_the_same_answer(string header)
    {
        await using var door = await Door.Open();
        var (key, revoked) = (door.Keys.Make("bot"), door.Keys.Make("bot"));
        door.Keys.Revoke(revoked);
        var mistyped = key[..5] + (key[5] == 'a' ? 'b' : 'a') + key[6..];
        var sent = header.Replace("{key}", key, StringComparison.Ordinal).Replace("{mistyped}", mistyped, StringComparison.Ordinal)
            .Replace("{foreign}", Elsewhere, StringComparison.Ordinal).Replace("{revoked}", revoked, StringComparison.Ordinal);

        var answer = await door.Get("/v1/videos/x", ("Authorization", sent));

        Assert.Equal((401, (await door.Get("/v1/videos/x")).Text), (answer.Status, answer.Text));
        Assert.Empty(door.Keys.Uses);
    }

    [Theory]
    [InlineData("bearer ")]
    [InlineData("BEARER  ")]
    public async Task The_scheme_is_read_as_http_says(string scheme)
    {
        await using var door = await Door.Open();

        Assert.Equal(404, (await door.Get("/v1/videos/x", ("Authorization", scheme + door.Keys.Make("bot")))).Status);
    }

    [Fact]
    public async Task Two_authorization_headers_are_none()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("bot");

        var answer = await RawHttp.Send(door.Client.BaseAddress!,
            $"GET /api/stats HTTP/1.1\nHost: localhost\nAuthorization: Bearer {key}\nAuthorization: Bearer {key}\nConnection: close\n\n");

        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_key_revoked_closes_the_door_and_does_not_open_it_to_this_machine()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("bot");
        Assert.Equal(200, (await door.Get("/api/stats", Bearer(key))).Status);

        door.Keys.Revoke(key);

        Assert.Equal((401, 401), ((await door.Get("/api/stats", Bearer(key))).Status, (await door.Get("/api/stats")).Status));
    }

    [Fact]
    public async Task Without_a_database_no_key_is_known_or_unknown_and_nobody_is_told_that_his_is_wrong()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("bot");
        door.Keys.Reachable = false;

        foreach (var answer in new[] { await door.Get("/v1/videos/x", Bearer(key)), await door.Get("/v1/videos/x", Bearer(Elsewhere)), await door.Get("/v1/videos/x") })
        {
            Assert.Equal((503, "unavailable", "5", "false"), (answer.Status, answer.Code, answer.Header("Retry-After"), answer.Header("x-should-retry")));
            Assert.Null(answer.Header("WWW-Authenticate"));
        }

        Assert.Equal(200, (await door.Get("/health/live")).Status);
    }

    [Fact]
    public async Task Another_clients_video_is_not_there_to_see_to_load_or_to_delete()
    {
        await using var door = await Door.Open();
        var deleted = 0;
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = new("bot", "ann") });
        door.Grain.OnDelete = _ => Task.FromResult<VideoView?>(deleted++ == 0 ? Views.Completed with { Owner = new("bot", "ann") } : null);
        door.Files.OnOpen = () => new MemoryStream(new byte[10]);
        var (bot, web) = (door.Keys.Make("bot"), door.Keys.Make("web"));
        var path = $"/v1/videos/{Views.Id}";

        foreach (var (method, end) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "?wait=59"), (HttpMethod.Get, "/content"), (HttpMethod.Delete, "") })
        {
            var answer = await door.Send(method, path + end, null, Bearer(web));
            Assert.Equal((404, "video_not_found"), (answer.Status, answer.Code));
        }

        Assert.Equal(0, deleted);
        foreach (var (method, end) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/content"), (HttpMethod.Delete, "") })
        {
            Assert.Equal(200, (await door.Send(method, path + end, null, Bearer(bot))).Status);
        }

        Assert.Equal(1, deleted);
    }

    [Fact]
    public async Task What_was_made_without_keys_belongs_to_no_key()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        Assert.Equal(200, (await door.Get($"/v1/videos/{Views.Id}")).Status);

        Assert.Equal(404, (await door.Get($"/v1/videos/{Views.Id}", Bearer(door.Keys.Make("bot")))).Status);
    }

    [Fact]
    public async Task Statistics_are_the_clients_own_and_everybodys_only_to_this_machine_without_keys()
    {
        await using var door = await Door.Open();
        await door.Get("/api/stats");
        await door.Get("/api/stats", Bearer(door.Keys.Make("bot")));

        Assert.Equal([null, "bot"], door.Book.Clients);
    }

    [Fact]
    public async Task A_key_gets_into_no_log_from_wherever_it_is_sent()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("bot");
        door.Grain.OnAsk = _ => throw new InvalidOperationException("The grain is away.");

        await door.Get($"/v1/videos/{key}?wait={key}&key={key}", Bearer(key), ("x-request-id", key), ("X-VideoGen-User", key), ("X-Api-Key", key), ("Cookie", $"key={key}"));
        await door.Get($"/{key}?api_key={key}", ("Authorization", $"Basic {key}"), ("x-request-id", $"req-{key}"));
        foreach (var body in new[] { $$"""{"prompt":"x","user":"{{key}}"}""", $$"""{"prompt":"{{key}}","user":"ann"}""", $$"""{"{{key}}":1}""", $$"""{"prompt":"x","model":"{{key}}"}""", key })
        {
            await door.Send(HttpMethod.Post, "/v1/videos", Json(body), Bearer(key), ("x-request-id", key));
        }

        // The framework writes whole addresses; the host has that category off.
        var ours = door.Log.Where(line => line.StartsWith("VideoGen.", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(ours);
        Assert.DoesNotContain(ours, line => line.Contains(key[11..], StringComparison.Ordinal));
        Assert.DoesNotContain(door.Grain.Asks, ask => ask.Owner.User == key);
    }

    private static (string, string) Bearer(string key) => ("Authorization", $"Bearer {key}");

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
