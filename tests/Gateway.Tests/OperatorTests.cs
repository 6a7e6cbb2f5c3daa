using System.Text;

namespace VideoGen.Gateway.Tests;

/// <summary>What is the operator's alone.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData("GET", "/api/admin/pauses")]
    [InlineData("GET", "/API/Admin/pauses")]
    [InlineData("GET", "/api/admin/pauses/")]
    [InlineData("GET", "/api/%61dmin/pauses")]
    [InlineData("POST", "/api/admin/pause")]
    [InlineData("POST", "/api/admin/resume")]
    [InlineData("GET", "/api/admin/reconcile")]
    [InlineData("POST", "/api/admin/reconcile")]
    [InlineData("GET", "/api/admin/strangers")]
    [InlineData("GET", "/api/admin/costs")]
    [InlineData("GET", "/api/admin/dead-letters")]
    [InlineData("GET", "/api/admin/dead-letters/video_v-x_1")]
    [InlineData("POST", "/api/admin/dead-letters/video_v-x_1/requeue")]
    [InlineData("POST", "/api/admin/dead-letters/video_v-x_1/discard")]
    [InlineData("GET", "/api/admin/nowhere")]
    [InlineData("PUT", "/api/admin/pauses")]
    [InlineData("GET", "/api/admin")]
    public async Task Everything_of_it_needs_the_operators_key(string method, string path)
    {
        await using var door = await Door.Open();

        var answer = await door.Send(new(method), path);

        Assert.Equal((401, "Bearer", "false"), (answer.Status, answer.Header("WWW-Authenticate"), answer.Header("x-should-retry")));
        Assert.Equal("application/problem+json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("operator_key_needed", (string)answer.Json["code"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer {operator}x")]
    [InlineData("Bearer {OPERATOR}")]
    [InlineData("Bearer {client}x")]
    [InlineData("Bearer {forgotten}")]
    [InlineData("{operator}")]
    [InlineData("Basic {operator}")]
    [InlineData("Basic {basic}")]
    public async Task Anything_else_is_refused_a_key_that_is_not_known_and_a_browsers_password_too(string header)
    {
        await using var door = await Door.Open();
        var sent = header.Replace("{operator}", Door.OperatorsKey, StringComparison.Ordinal)
            .Replace("{OPERATOR}", Door.OperatorsKey.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{basic}", Convert.ToBase64String(Encoding.UTF8.GetBytes($"operator:{Door.OperatorsKey}")), StringComparison.Ordinal)
            .Replace("{client}", door.Keys.Make("bot"), StringComparison.Ordinal)
            .Replace("{forgotten}", new ScriptedKeys().Make("bot"), StringComparison.Ordinal);

        var answer = await door.Get("/api/admin/nowhere", ("Authorization", sent));

        Assert.Equal((401, "operator_key_needed"), (answer.Status, (string?)answer.Json["code"]));
    }

    [Fact]
    public async Task With_it_the_door_is_open_whatever_keys_clients_have_and_whether_the_database_answers()
    {
        await using var door = await Door.Open();
        Assert.Equal(404, (await door.Get("/api/admin/nowhere", Key)).Status);
        door.Keys.Make("bot");
        door.Keys.Reachable = false;

        Assert.Equal(404, (await door.Get("/api/admin/nowhere", Key)).Status);
        Assert.Equal(404, (await door.Get("/api/admin/nowhere", Key, ("X-Test-Remote", "8.8.8.8"))).Status);
    }

    [Fact]
    public async Task It_is_nobodys_key_elsewhere()
    {
        await using var door = await Door.Open();
        door.Keys.Make("bot");

        Assert.Equal(401, (await door.Get("/api/stats", Key)).Status);
        Assert.Equal(401, (await door.Get("/api/administrator", Key)).Status);
        Assert.DoesNotContain(door.Log, line => line.Contains(Door.OperatorsKey, StringComparison.Ordinal));
    }

    internal static (string, string) Key => ("Authorization", $"Bearer {Door.OperatorsKey}");
}
