using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Tests;

/// <summary>How often one may call, and which web pages may.</summary>
public sealed class RateTests
{
    private static readonly string Path = $"/v1/videos/{Views.Id}/decision";

    [Fact]
    public async Task A_client_may_call_so_often_in_a_minute_and_is_told_how_often_it_still_may()
    {
        await using var door = await Opened(options => options.CallsPerMinute = 2);
        var (one, other) = (Bearer(door.Keys.Make("one")), Bearer(door.Keys.Make("other")));
        door.Time.Advance(TimeSpan.FromSeconds(20));

        var first = await door.Get("/api/stats", one);
        Assert.Equal((200, "\"calls\";q=2;w=60", "\"calls\";r=1;t=40"), (first.Status, first.Header("RateLimit-Policy"), first.Header("RateLimit")));
        Assert.Equal("\"calls\";r=0;t=40", (await door.Get("/api/stats", one)).Header("RateLimit"));
        var refused = await door.Get(Path, one);
        Assert.Equal((429, "too_many_calls", "false", null), (refused.Status, refused.Code, refused.Header("x-should-retry"), refused.Header("Retry-After")));
        Assert.Equal(("\"calls\";r=0;t=40", door.Time.GetUtcNow().AddSeconds(40).ToUnixTimeSeconds()), (refused.Header("RateLimit"), (long)refused.Error["retry_at"]!));
        Assert.Equal(200, (await door.Get("/api/stats", other)).Status);

        door.Time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal((429, "1"), await door.Get(Path, one) is var late ? (late.Status, late.Header("Retry-After")) : default);
        door.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await door.Get("/api/stats", one)).Status);
    }

    [Fact]
    public async Task Programs_on_this_machine_and_the_operator_are_not_counted()
    {
        await using var door = await Opened(options => (options.CallsPerMinute, options.FailedCallsPerMinute) = (1, 1));
        for (var call = 0; call < 3; call++) Assert.Equal((200, null), await door.Get("/api/stats") is var local ? (local.Status, local.Header("RateLimit")) : default);
        door.Keys.Make("one");
        for (var call = 0; call < 3; call++) Assert.Equal(200, (await door.Get("/api/admin/pauses", Bearer(Door.OperatorsKey))).Status);
    }

    [Theory]
    [InlineData("/v1/videos", 401, "invalid_api_key")]
    [InlineData("/api/admin/pauses", 401, null)]
    public async Task Who_tries_keys_is_refused_before_long_and_who_has_one_is_not(string path, int status, string? code)
    {
        await using var door = await Opened(options => options.FailedCallsPerMinute = 2);
        var key = door.Keys.Make("one");
        for (var call = 0; call < 2; call++)
        {
            var wrong = await door.Get(path, Bearer("sk-wrong"));
            Assert.Equal(status, wrong.Status);
            if (code is not null) Assert.Equal(code, wrong.Code);
        }

        var refused = await door.Get(path, Bearer("sk-wrong"));
        Assert.Equal(429, refused.Status);
        Assert.Contains("too_many_failures", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await door.Get("/api/stats", Bearer(key))).Status);
        door.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(status, (await door.Get(path, Bearer("sk-wrong"))).Status);
    }

    [Fact]
    public async Task Addresses_of_one_network_are_one_caller_and_others_are_others()
    {
        await using var door = await Opened(options => options.FailedCallsPerMinute = 1);
        door.Keys.Make("one");
        Assert.Equal(401, (await door.GetFrom("2001:db8:1:2::1", Path)).Status);
        Assert.Equal(429, (await door.GetFrom("2001:db8:1:2:ffff::9", Path)).Status);
        Assert.Equal(401, (await door.GetFrom("2001:db8:1:3::1", Path)).Status);
        Assert.Equal(401, (await door.GetFrom("192.0.2.1", Path)).Status);
        Assert.Equal(429, (await door.GetFrom("::ffff:192.0.2.1", Path)).Status);
    }

    [Fact]
    public async Task A_web_page_may_call_where_it_is_configured_and_no_other_may()
    {
        const string App = "https://app.example.com";
        await using (var closed = await Door.Open())
        {
            Assert.Null((await Preflight(closed, App)).Header("Access-Control-Allow-Origin"));
        }

        await using var door = await Opened(options => options.CorsOrigins = [App]);
        var allowed = await Preflight(door, App);
        Assert.Equal((204, App), (allowed.Status, allowed.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Idempotency-Key", allowed.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Null(allowed.Header("Access-Control-Allow-Credentials"));
        Assert.Null((await Preflight(door, "https://evil.example.com")).Header("Access-Control-Allow-Origin"));
        Assert.Equal(App, (await door.Get("/api/stats", ("Origin", App))).Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/page")]
    [InlineData("app.example.com")]
    [InlineData("null")]
    public async Task An_origin_that_is_none_is_refused_at_the_start(string origin)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => Opened(options => options.CorsOrigins = [origin]));
        Assert.Contains("Gateway:CorsOrigins", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/videos/none")]
    [InlineData("/api/stats")]
    [InlineData("/health/live")]
    [InlineData("/nowhere")]
    public async Task No_answer_is_a_page_that_may_do_something(string path)
    {
        await using var door = await Door.Open();
        var answer = await door.Get(path);
        Assert.Equal(("nosniff", "DENY", "no-referrer"), (answer.Header("X-Content-Type-Options"), answer.Header("X-Frame-Options"), answer.Header("Referrer-Policy")));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Header("Content-Security-Policy"));
    }

    private static Task<Door> Opened(Action<GatewayOptions> configure) => Door.Open(services => services.Configure(configure));

    private static (string, string) Bearer(string key) => ("Authorization", $"Bearer {key}");

    private static Task<Answer> Preflight(Door door, string origin) =>
        door.Send(HttpMethod.Options, "/v1/videos", null, ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,idempotency-key"));
}
