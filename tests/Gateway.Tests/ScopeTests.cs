using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What a key may do. The rule is one for all routes, so these tests ask all routes that there are.</summary>
public sealed partial class ScopeTests
{
    [Theory]
    [InlineData(KeyScopes.Generate)]
    [InlineData(KeyScopes.Read)]
    [InlineData(KeyScopes.Admin)]
    [InlineData(KeyScopes.Generate | KeyScopes.Read)]
    [InlineData(KeyScopes.Generate | KeyScopes.Read | KeyScopes.Admin)]
    [InlineData(KeyScopes.None)]
    public async Task Every_route_is_closed_to_a_key_that_may_not_do_it_and_to_no_other(KeyScopes scopes)
    {
        await using var door = await Door.Open();
        door.Grain.OnCancel = door.Grain.OnDelete = _ => Task.FromResult<VideoView?>(null);
        var key = door.Keys.Make("bot", scopes);
        var routes = door.Routes.Where(route => route.Metadata.GetMetadata<OpenToAll>() is null && route.Metadata.GetMetadata<Operation>() is not null)
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => (Method: method, Path: route.RoutePattern.RawText!))).ToList();
        Assert.True(routes.Count > 25, $"There are {routes.Count} routes.");

        foreach (var (method, path) in routes)
        {
            var needed = path.StartsWith("/api/admin", StringComparison.Ordinal) ? KeyScopes.Admin : method is "GET" or "HEAD" ? KeyScopes.Read : KeyScopes.Generate;
            using var answer = await Head(door, method, Parameters().Replace(path, "x"), key);
            Assert.True(scopes.HasFlag(needed) ? (int)answer.StatusCode is not (401 or 403) : (int)answer.StatusCode == 403, $"{method} {path} is answered {answer.StatusCode} to a key that may {scopes}.");
        }
    }

    [Fact]
    public async Task The_refusal_names_what_the_key_may_and_what_it_would_need()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("bot", KeyScopes.Read);

        var asked = await door.Send(HttpMethod.Post, "/v1/videos", null, Bearer(key));
        var operators = await door.Get("/api/admin/pauses", Bearer(key));

        Assert.Equal((403, "scope_missing", "permission_error", "false"), (asked.Status, asked.Code, (string)asked.Error["type"]!, asked.Header("x-should-retry")));
        Assert.Equal("This key may read, and this call needs generate. The operator makes a key that may: videogen keys create --client NAME --scopes generate", asked.Message);
        Assert.Equal(("""["read"]""", "generate"), (asked.Error["scopes"]!.ToJsonString(), (string)asked.Error["needed"]!));
        Assert.Equal((403, "scope_missing", "application/problem+json; charset=utf-8"), (operators.Status, (string)operators.Json["code"]!, operators.Header("Content-Type")));
        Assert.Equal("admin", (string)operators.Json["needed"]!);
        Assert.Empty(door.Grains.Keys);
    }

    [Fact]
    public async Task A_key_that_may_do_all_that_the_operator_does_sees_no_other_clients_videos_as_a_client()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = new("web", "ann") });
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        var key = door.Keys.Make("bot", KeyScopes.Generate | KeyScopes.Read | KeyScopes.Admin);

        foreach (var path in new[] { $"/v1/videos/{Views.Id}", $"/v1/videos/{Views.Id}/content", $"/v1/videos/{Views.Id}/decision", $"/v1/videos/{Views.Id}/events" })
        {
            Assert.Equal((404, "video_not_found"), (await door.Get(path, Bearer(key)) is var answer ? answer.Status : 0, answer.Code));
        }

        Assert.Equal(404, (await door.Send(HttpMethod.Delete, $"/v1/videos/{Views.Id}", null, Bearer(key))).Status);
        await door.Get("/api/stats", Bearer(key));
        Assert.Equal(["bot"], door.Book.Clients);
        await door.Send(HttpMethod.Post, "/v1/videos", Json("""{"prompt":"A cat","user":"ann"}"""), Bearer(key));
        Assert.Equal("bot/ann", Assert.Single(door.Grain.Asks).Owner.ToString());
    }

    [Fact]
    public async Task Such_a_key_opens_what_is_the_operators_is_counted_used_and_logged_without_its_text()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("ops", KeyScopes.Admin);

        Assert.Equal(200, (await door.Get("/api/admin/pauses", Bearer(key))).Status);
        Assert.NotNull((await door.Get("/api/admin/pauses", Bearer(key))).Header("RateLimit"));
        Assert.Equal(200, (await door.Send(HttpMethod.Post, "/api/admin/resume", Json("""{"scope":"global"}"""), Bearer(key))).Status);

        Assert.Equal(["ops", "ops", "ops"], door.Keys.Uses);
        Assert.Contains(door.Log, line => line.Contains("A key of client ops acts as the operator at /api/admin/resume", StringComparison.Ordinal));
        Assert.DoesNotContain(door.Log, line => line.Contains(key[11..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_database_such_a_key_is_not_known_and_the_operators_own_opens_all_the_same()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("ops", KeyScopes.Admin);
        door.Keys.Reachable = false;

        Assert.Equal((503, "unavailable"), (await door.Get("/api/admin/pauses", Bearer(key)) is var answer ? answer.Status : 0, (string)answer.Json["code"]!));
        Assert.Equal(200, (await door.Get("/api/admin/pauses", OperatorTests.Key)).Status);
    }

    [Fact]
    public async Task Such_a_key_that_is_revoked_opens_nothing()
    {
        await using var door = await Door.Open();
        var key = door.Keys.Make("ops", KeyScopes.Admin);
        door.Keys.Revoke(key);

        Assert.Equal((401, "operator_key_needed"), (await door.Get("/api/admin/pauses", Bearer(key)) is var answer ? answer.Status : 0, (string)answer.Json["code"]!));
    }

    // Of an event stream the head is enough.
    private static async Task<HttpResponseMessage> Head(Door door, string method, string path, string key)
    {
        using var request = new HttpRequestMessage(new(method), path) { Headers = { { "Authorization", $"Bearer {key}" } } };
        return await door.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static (string, string) Bearer(string key) => ("Authorization", $"Bearer {key}");

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameters();
}
