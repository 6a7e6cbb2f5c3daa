using System.Text;
using VideoGen.Budgets;

namespace VideoGen.Gateway.Tests;

/// <summary>The kill switch, as an operator works it.</summary>
public sealed class PauseTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("global")]
    [InlineData("client:bot")]
    [InlineData("client:local")]
    [InlineData("user:bot/ann")]
    [InlineData("user:bot/a/b:c")]
    [InlineData("provider:paid")]
    public async Task A_pause_is_in_force_a_second_before_its_caller_is_answered(string scope)
    {
        await using var door = await Door.Open();

        var asking = Post(door, "pause", $$"""{"scope":"{{scope}}","reason":" Too many videos. "}""");
        await door.Pauses.WasSet.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await door.Time.Awaited(IPauses.Settle);
        Assert.False(asking.IsCompleted);
        door.Time.Advance(IPauses.Settle);

        Assert.Equal(
            $$$"""{"pause":{"scope":"{{{scope}}}","kind":"operator","reason":"Too many videos.","since":"2026-11-21T12:00:00+00:00","until":null}}""", (await asking).Text);
        Assert.Equal([new Pause(scope, PauseKind.Operator, "Too many videos.", Now, null)], door.Pauses.Known);
        Assert.Contains(door.Log, line => line.Contains($"Paused {scope}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"for\":90", "2026-11-21T12:01:30Z")]
    [InlineData("\"until\":\"2026-11-21T12:30:00Z\"", "2026-11-21T12:30:00Z")]
    [InlineData("\"until\":\"2026-11-21T14:30+02:00\"", "2026-11-21T12:30:00Z")]
    [InlineData("\"until\":\"2026-11-21T12:30:00.5\"", "2026-11-21T12:30:00.5Z")]
    public async Task It_may_end_by_itself(string member, string until)
    {
        await using var door = await Door.Open();

        var asking = Post(door, "pause", $$"""{"scope":"global","reason":"A while.",{{member}}}""");
        var pause = await door.Pauses.WasSet.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await door.Time.Awaited(IPauses.Settle);
        door.Time.Advance(IPauses.Settle);

        Assert.Equal(200, (await asking).Status);
        Assert.Equal(DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture), pause.Until);
    }

    [Theory]
    [InlineData("""{}""", "missing_required_parameter", "scope")]
    [InlineData("""{"scope":"everything","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"Global","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":7,"reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"client:","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"client:My Bot","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"user:bot","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"user:bot/","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"user:bot/a b","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"provider:piad","reason":"x"}""", "invalid_value", "scope")]
    [InlineData("""{"scope":"global"}""", "missing_required_parameter", "reason")]
    [InlineData("""{"scope":"global","reason":"  "}""", "invalid_value", "reason")]
    [InlineData("""{"scope":"global","reason":"a\u0000b"}""", "invalid_value", "reason")]
    [InlineData("""{"scope":"global","reason":"a\nb"}""", "invalid_value", "reason")]
    [InlineData("""{"scope":"global","reason":"a\ud800b"}""", "invalid_value", "reason")]
    [InlineData("""{"\ud800":1}""", "unknown_parameter", null)]
    [InlineData("""{"scope":"global","reason":"{201}"}""", "invalid_value", "reason")]
    [InlineData("""{"scope":"global","reason":"x","for":0}""", "invalid_value", "for")]
    [InlineData("""{"scope":"global","reason":"x","for":1.5}""", "invalid_value", "for")]
    [InlineData("""{"scope":"global","reason":"x","for":"10m"}""", "invalid_value", "for")]
    [InlineData("""{"scope":"global","reason":"x","for":31622401}""", "invalid_value", "for")]
    [InlineData("""{"scope":"global","reason":"x","until":"2026-11-21T12:00:00Z"}""", "invalid_value", "until")]
    [InlineData("""{"scope":"global","reason":"x","until":"2027-11-23T12:00:00Z"}""", "invalid_value", "until")]
    [InlineData("""{"scope":"global","reason":"x","until":"tomorrow"}""", "invalid_value", "until")]
    [InlineData("""{"scope":"global","reason":"x","until":null}""", "invalid_value", "until")]
    [InlineData("""{"scope":"global","reason":"x","until":"2026-11-22T12:00:00Z","for":5}""", "invalid_value", "for")]
    [InlineData("""{"scope":"global","reason":"x","reson":"x"}""", "unknown_parameter", null)]
    [InlineData("""{"scope":"global","scope":"client:bot","reason":"x"}""", "duplicate_parameter", "scope")]
    [InlineData("""["global"]""", "malformed_json", null)]
    [InlineData("""{"scope":"global",""", "malformed_json", null)]
    [InlineData("", "malformed_json", null)]
    public async Task What_cannot_be_meant_pauses_nothing_and_is_said(string body, string code, string? param)
    {
        await using var door = await Door.Open();

        var answer = await Post(door, "pause", body.Replace("{201}", new string('x', 201), StringComparison.Ordinal));

        Assert.Equal((400, code, param), (answer.Status, (string?)answer.Json["code"], (string?)answer.Json["param"]));
        Assert.Empty(door.Pauses.Known);
    }

    [Fact]
    public async Task A_mistyped_provider_is_answered_with_those_there_are()
    {
        await using var door = await Door.Open();

        Assert.Contains("There are: local, paid.", (await Post(door, "pause", """{"scope":"provider:piad","reason":"x"}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_force_is_listed_and_lifted_by_its_scope()
    {
        await using var door = await Door.Open();
        await door.Pauses.Set(new("client:bot", PauseKind.SpendBreaker, "Too fast.", Now, Now.AddMinutes(15)), CancellationToken.None);
        await door.Pauses.Set(new("provider:gone", PauseKind.Operator, "Down.", Now, null), CancellationToken.None);
        const string Breaker = """{"scope":"client:bot","kind":"spend_breaker","reason":"Too fast.","since":"2026-11-21T12:00:00+00:00","until":"2026-11-21T12:15:00+00:00"}""";

        Assert.Contains(Breaker, (await door.Get("/api/admin/pauses", OperatorTests.Key)).Text, StringComparison.Ordinal);
        var answer = await Post(door, "resume", """{"scope":"client:bot"}""");

        Assert.Equal($"[{Breaker}]", answer.Json["lifted"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("provider:gone", (string?)Assert.Single(answer.Json["pauses"]!.AsArray())!["scope"]);
        Assert.Equal("[]", (await Post(door, "resume", """{"scope":"client:bot"}""")).Json["lifted"]!.ToJsonString());
        Assert.Single((await Post(door, "resume", """{"scope":"provider:gone"}""")).Json["lifted"]!.AsArray());
    }

    [Theory]
    [InlineData("""{}""", "scope")]
    [InlineData("""{"scope":""}""", "scope")]
    [InlineData("""{"scope":"global","reason":"x"}""", null)]
    public async Task Nothing_is_lifted_by_mistake(string body, string? param)
    {
        await using var door = await Door.Open();
        await door.Pauses.Set(new("global", PauseKind.Operator, "Stop.", Now, null), CancellationToken.None);

        var answer = await Post(door, "resume", body);

        Assert.Equal((400, param), (answer.Status, (string?)answer.Json["param"]));
        Assert.Single(door.Pauses.Known);
    }

    [Theory]
    [InlineData("POST", "pause", """{"scope":"global","reason":"Stop."}""")]
    [InlineData("POST", "resume", """{"scope":"global"}""")]
    [InlineData("GET", "pauses", "")]
    public async Task Without_a_database_nobody_is_told_that_it_is_done(string method, string path, string body)
    {
        await using var door = await Door.Open();
        door.Pauses.Reachable = false;

        var answer = await door.Send(new(method), $"/api/admin/{path}", body.Length == 0 ? null : new StringContent(body), OperatorTests.Key);

        Assert.Equal((503, "outcome_unknown", "false"), (answer.Status, (string?)answer.Json["code"], answer.Header("x-should-retry")));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    private static Task<Answer> Post(Door door, string path, string body) =>
        door.Send(HttpMethod.Post, $"/api/admin/{path}", new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"), OperatorTests.Key);
}
