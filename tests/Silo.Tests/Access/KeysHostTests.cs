using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Access;

/// <summary>Keys against the real program: the command, the host, and both at once on one private PostgreSQL.</summary>
public sealed class KeysHostTests : OnHostFolder
{
    [Fact]
    public async Task A_key_is_made_without_a_host_shown_once_used_revoked_beside_it_and_never_logged()
    {
        var bot = await Keys("create", "--client", "bot", "--plan", "pro");
        Assert.True(bot.Code == 0, bot.Said);
        var key = bot.Printed.TrimEnd();
        Assert.Matches("^vg_[0-9A-Za-z]{46}$", key);
        Assert.Contains("shown this once", bot.Said, StringComparison.Ordinal);
        Assert.Contains("No plan 'pro' is configured here", bot.Said, StringComparison.Ordinal);

        await using var host = await RunningHost.Start(
            Folder, ("Providers__Local__UsdPerSecond", "0.80"), ("Plans__pro__Cooldown", "00:00:00"), ("Logging__LogLevel__Microsoft", "Information"));
        Assert.Contains(host.Output, l => l.StartsWith("Who calls needs an API key", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(host, null));

        // The plan has no cooldown; the default one has. A client does not see another's video, and its statistics are its own.
        var web = (await Keys("create", "--client", "web")).Printed.TrimEnd();
        var id = await Accepted(host, key, "a cat");
        await Accepted(host, key, "a dog");
        await Eventually.Get("the second key works", async () => await Status(host, web) == HttpStatusCode.OK ? "yes" : null);
        await Accepted(host, web, "a cat");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask(host, web, "a dog")).Status);
        Assert.Equal(HttpStatusCode.NotFound, await Status(host, web, $"/v1/videos/{id}"));
        Assert.Equal(HttpStatusCode.OK, await Status(host, key, $"/v1/videos/{id}"));
        Assert.Equal((2, 1), (await Total(host, key), await Total(host, web)));

        await SendEverywhere(host, key);
        await Eventually.Get("the use of the key is written down", async () => (await Listed())[0].GetProperty("last_used_at").ValueKind == JsonValueKind.String ? "yes" : null);
        Assert.Equal(["bot pro", "web default"], (await Listed()).Select(k => $"{k.GetProperty("client")} {k.GetProperty("plan")}"));

        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, (await Keys("revoke", key[..11])).Code);
        await Eventually.Get("the revoked key is refused", async () => await Status(host, key) == HttpStatusCode.Unauthorized ? "yes" : null);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20)); // The command's own time, and 5 s.
        Assert.Equal(HttpStatusCode.OK, await Status(host, web));
        Assert.Equal(HttpStatusCode.OK, await Status(host, null, "/health/ready"));
        Assert.Equal(0, await host.Stop());

        Assert.DoesNotContain(host.Output, l => l.Contains(key[11..], StringComparison.Ordinal) || l.Contains(web[11..], StringComparison.Ordinal));
        var table = await Keys("list");
        Assert.Contains("vg_", table.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain(key[11..], table.Printed + table.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_made_by_command_and_over_http_do_what_they_may_and_their_rotated_ones_end_in_time()
    {
        var database = ("ConnectionStrings__VideoGen", RunningHost.On(await Database()).Value);
        var admin = (await Keys(database, "create", "--client", "ops", "--scopes", "admin", "--name", "Operations")).Printed.TrimEnd();
        await using var host = await Start(("Plans__basic__Models__0", "local"), ("Plans__odd__Models__0", "fast"), ("Catalogue__Models__local__Provider", "local"), ("Catalogue__Models__fast__Provider", "local"), ("Catalogue__Models__fast__Sizes__0", "320x180"), ("Catalogue__Models__fast__Seconds__0", "1"));

        // The key that was made by command makes others over HTTP; what each may not do is refused.
        Assert.Equal(HttpStatusCode.Forbidden, await Status(host, admin));
        var made = await host.AsOperator(HttpMethod.Post, "keys", """{"client":"bot","scopes":["generate"],"plan":"basic","name":"Bot"}""", admin);
        var bot = made.GetProperty("key").GetString()!;
        await Eventually.Get("the new key works", async () => (await Ask(host, bot, "a cat")).Status == HttpStatusCode.OK ? "yes" : null);
        Assert.Equal(HttpStatusCode.Forbidden, await Status(host, bot));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(host, bot, "/api/admin/keys"));

        // Its plan has one model; the one that another plan has is not that.
        Assert.Equal("model_not_allowed", (await Ask(host, bot, "a cat", "fast")).Body.GetProperty("error").GetProperty("code").GetString());
        await host.AsOperator(HttpMethod.Put, "clients/bot", """{"plan":"odd"}""", admin);
        await Eventually.Get("the other plan is in force", async () => (await Ask(host, bot, "a dog", "fast")).Status == HttpStatusCode.OK ? "yes" : null);

        // By command with 3 seconds, over HTTP with none: both end, and their successors do what they did.
        var id = made.GetProperty("made").GetProperty("id").GetInt64();
        var second = (await Keys(database, "rotate", bot[..11], "--keep-for", "3")).Printed.TrimEnd();
        await Eventually.Get("the second key works", async () => await Status(host, second) == HttpStatusCode.Forbidden ? "yes" : null);
        await Eventually.Get("the first has ended", async () => await Status(host, bot) == HttpStatusCode.Unauthorized ? "yes" : null);
        var third = (await host.AsOperator(HttpMethod.Post, $"keys/{second[..11]}/rotate", """{"keep_for":0}""", admin)).GetProperty("key").GetString()!;
        await Eventually.Get("the second has ended", async () => await Status(host, second) == HttpStatusCode.Unauthorized ? "yes" : null);
        Assert.Equal(HttpStatusCode.Forbidden, await Status(host, third));
        var again = await Keys(database, "rotate", $"{id}");
        Assert.Equal((1, true), (again.Code, again.Said.Contains("was rotated already", StringComparison.Ordinal)));

        // The list is the same by command and over HTTP, and has no key in it.
        var listed = (await Keys(database, "list", "--json")).Printed;
        Assert.Equal(["ops Operations admin in_force", "bot Bot generate expired", "bot Bot generate expired", "bot Bot generate in_force"], JsonDocument.Parse(listed).RootElement.EnumerateArray()
            .OrderBy(k => k.GetProperty("id").GetInt64()).Select(k => $"{k.GetProperty("client")} {k.GetProperty("name")} {string.Join(',', k.GetProperty("scopes").EnumerateArray())} {k.GetProperty("state")}"));
        var over = await host.AsOperator(HttpMethod.Get, "keys", key: admin);
        Assert.Equal(4, over.GetProperty("keys").GetArrayLength());
        Assert.All(new[] { admin, bot, second, third }, key => Assert.DoesNotContain(key[11..], listed + over, StringComparison.Ordinal));

        await host.AsOperator(HttpMethod.Post, $"keys/{third[..11]}/revoke", key: admin);
        await Eventually.Get("the third is revoked", async () => await Status(host, third) == HttpStatusCode.Unauthorized ? "yes" : null);
        Assert.Equal(0, await host.Stop());
        Assert.DoesNotContain(host.Output, line => new[] { admin, bot, second, third }.Any(key => line.Contains(key[11..], StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--client: a client's name", "create", "--client", "local")]
    [InlineData("--client: a client's name", "create", "--client", "My Bot")]
    [InlineData("--plan: a plan's name", "create", "--client", "bot", "--plan", "P!")]
    [InlineData("Option '--client' is required", "create")]
    [InlineData("'--clinet'", "create", "--client", "bot", "--clinet", "bot")]
    [InlineData("--scopes: some of generate, read, admin", "create", "--client", "bot", "--scopes", "write")]
    [InlineData("--scopes: some of generate, read, admin", "create", "--client", "bot", "--scopes", "read,read")]
    [InlineData("--name: one line of 1 to 64 characters", "create", "--client", "bot", "--name", "")]
    [InlineData("--keep-for: a whole number of seconds from 0 to 2592000", "rotate", "1", "--keep-for", "2592001")]
    [InlineData("Cannot parse argument '24h'", "rotate", "1", "--keep-for", "24h")]
    [InlineData("Required argument missing", "rotate")]
    [InlineData("Required argument missing", "revoke")]
    public async Task A_wrong_command_touches_nothing_and_says_what_is_wrong(string said, params string[] command)
    {
        var refused = await Keys(command);

        Assert.Equal(1, refused.Code);
        Assert.Contains(said, refused.Said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task A_configured_database_that_does_not_answer_is_said_in_a_sentence()
    {
        var refused = await Keys("list", "--ConnectionStrings:VideoGen=Host=127.0.0.1;Port=1;Username=x");

        Assert.Equal(1, refused.Code);
        Assert.StartsWith("The database does not answer", refused.Said, StringComparison.Ordinal);
        Assert.Single(refused.Said.TrimEnd().Split('\n'));
    }

    private async Task<JsonElement[]> Listed() => [.. JsonDocument.Parse((await Keys("list", "--json")).Printed).RootElement.EnumerateArray()];

    private Task<(int Code, string Printed, string Said)> Keys(params string[] command) => Keys(setting: null, command);

    private async Task<(int Code, string Printed, string Said)> Keys((string Name, string Value)? setting, params string[] command)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["VIDEOGEN_DATA"] = Folder };
        if (setting is { } said) environment[said.Name] = said.Value;
        await using var process = WatchedProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "videogen.dll"), "keys", .. command],
            new() { WorkingDirectory = Folder, Environment = environment });
        var code = await process.Exited.WaitAsync(TimeSpan.FromSeconds(90));
        return (code, process.Output, process.Errors);
    }

    private static async Task SendEverywhere(RunningHost host, string key)
    {
        foreach (var body in new[] { $$"""{"prompt":"x","user":"{{key}}"}""", $$"""{"prompt":"{{key}}"}""", $$"""{"{{key}}":1}""", $$"""{"prompt":"x","model":"{{key}}"}""", key })
        {
            using var request = Request(HttpMethod.Post, $"/v1/videos?key={key}", key);
            foreach (var header in new[] { "x-request-id", "X-VideoGen-User", "X-Api-Key", "traceparent", "User-Agent", "Cookie" }) request.Headers.TryAddWithoutValidation(header, key);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await host.Http.SendAsync(request);
        }

        await Status(host, key, $"/{key}?api_key={key}");
        await Status(host, null, $"/v1/videos/{key}");
    }

    private static async Task<string> Accepted(RunningHost host, string key, string prompt)
    {
        var (status, body) = await Ask(host, key, prompt);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Ask(RunningHost host, string key, string prompt, string? model = null)
    {
        using var request = Request(HttpMethod.Post, "/v1/videos", key);
        request.Content = new StringContent(JsonSerializer.Serialize(new { prompt, model = model ?? "local", size = "320x180", seconds = 1 }), Encoding.UTF8, "application/json");
        using var answer = await host.Http.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private static async Task<int> Total(RunningHost host, string key)
    {
        using var request = Request(HttpMethod.Get, "/api/stats", key);
        using var answer = await host.Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("stats").GetProperty("total_videos").GetInt32();
    }

    private static async Task<HttpStatusCode> Status(RunningHost host, string? key, string path = "/api/stats")
    {
        using var request = Request(HttpMethod.Get, path, key);
        using var answer = await host.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? key) => new(method, new Uri(path, UriKind.Relative))
    {
        Headers = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
    };
}
