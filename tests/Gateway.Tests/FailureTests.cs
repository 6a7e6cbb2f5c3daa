using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What nobody answered: unknown routes, wrong methods, failures.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData("GET", "/v1/nowhere", 404, "route_not_found")]
    [InlineData("GET", "/v1", 404, "route_not_found")]
    [InlineData("PUT", "/v1/videos", 405, "method_not_allowed")]
    [InlineData("POST", "/v1/videos/video_1", 405, "method_not_allowed")]
    [InlineData("OPTIONS", "/v1/videos", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/throws", 500, "internal_error")]
    [InlineData("GET", "/nowhere", 404, "route_not_found")]
    [InlineData("POST", "/api/stats", 405, "method_not_allowed")]
    [InlineData("GET", "/api/throws", 500, "internal_error")]
    public async Task Everything_has_an_envelope(string method, string path, int status, string code)
    {
        await using var door = await Door.Open();

        var answer = await door.Send(new(method), path);

        Assert.Equal(status, answer.Status);
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Null(answer.Header("Retry-After"));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        if (status == 405) Assert.NotNull(answer.Header("Allow"));
        if (path.StartsWith("/v1", StringComparison.Ordinal))
        {
            Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
            Assert.Equal(["message", "type", "param", "code"], answer.Error.AsObject().Select(member => member.Key));
            Assert.Equal(code, answer.Code);
        }
        else
        {
            Assert.Equal("application/problem+json; charset=utf-8", answer.Header("Content-Type"));
            Assert.Equal(("about:blank", status, code), ((string)answer.Json["type"]!, (int)answer.Json["status"]!, (string)answer.Json["code"]!));
            Assert.NotEmpty((string)answer.Json["title"]!);
            Assert.NotEmpty((string)answer.Json["detail"]!);
        }
    }

    [Fact]
    public async Task A_failure_is_in_the_log_under_the_id_of_its_answer()
    {
        await using var door = await Door.Open();

        var answer = await door.Get("/v1/throws");

        Assert.Contains(door.Log, line => line.Contains($"Unhandled failure of {answer.Header("x-request-id")}", StringComparison.Ordinal)
            && line.Contains("secret inner text", StringComparison.Ordinal));
    }

    public static TheoryData<int> Statuses => new(Enumerable.Range(400, 200));

    [Theory]
    [MemberData(nameof(Statuses))]
    public void No_status_of_the_framework_becomes_one_that_clients_repeat(int status)
    {
        foreach (var problem in new[] { Problems.ForStatus(status), Problems.For(new BadHttpRequestException("x", status), new()) })
        {
            Assert.DoesNotContain(problem.Status, new[] { 408, 409, 429, 502, 504 });
            Assert.InRange(problem.Status, 400, 500);
        }
    }

    [Fact]
    public void No_code_of_a_grain_becomes_408_or_409()
    {
        var codes = typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!).ToList();
        Assert.True(codes.Count >= 13);
        foreach (var code in codes)
        {
            Assert.Contains(Problems.Refused(new(code, "x"), Views.Local).Status, new[] { 402, 403, 422, 429, 503 });
            Assert.Equal(422, Problems.Question(new(Views.Queued, code, "x")).Status);
        }
    }

    [Fact]
    public void No_other_file_of_the_door_picks_a_status_code_and_none_picks_408_or_409()
    {
        var sources = Directory.EnumerateFiles(GatewayFolder(), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
        Assert.True(sources.Count > 10);

        foreach (var (name, source) in sources)
        {
            Assert.False(Regex.IsMatch(source, @"new(\s*Problem)?\(40[89]|StatusCodes\.|Results\.(Conflict|NotFound|BadRequest|StatusCode|Problem)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture), name);
            if (!name.StartsWith("Problems.", StringComparison.Ordinal)) Assert.False(Regex.IsMatch(source, @"new(\s*Problem)?\([45]\d\d,|StatusCode = [45]\d\d", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture), name);
        }
    }

    [Theory]
    [InlineData("POST", "/v1/videos/edits", "edits")]
    [InlineData("POST", "/v1/videos/extensions", "extensions")]
    [InlineData("POST", "/v1/videos/characters", "characters")]
    [InlineData("GET", "/v1/videos/characters/char_1", "characters")]
    public async Task What_official_clients_can_ask_for_and_nobody_makes_is_said_and_not_tried_again(string method, string path, string what)
    {
        await using var door = await Door.Open();
        var answer = await door.Send(new(method), path, method == "POST" ? new StringContent("{}") : null);
        Assert.Equal((422, "not_offered", "false"), (answer.Status, answer.Code, answer.Header("x-should-retry")));
        Assert.Contains($"makes {what}", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    public async Task A_bare_status_that_clients_repeat_does_not_get_out(int status)
    {
        await using var door = await Door.Open();

        Assert.Equal(400, (await door.Get($"/v1/status/{status}")).Status);
    }

    private static string GatewayFolder([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../Gateway"));
}
