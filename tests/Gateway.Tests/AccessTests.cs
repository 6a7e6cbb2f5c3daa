namespace VideoGen.Gateway.Tests;

/// <summary>Who may call while there are no API keys, and what every answer carries.</summary>
public sealed class AccessTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("192.168.1.5", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("fe80::1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("none", false)]
    public async Task Only_this_machine_may_call(string remote, bool may)
    {
        await using var door = await Door.Open();

        var answer = await door.GetFrom(remote, "/health/live");
        var v1 = await door.GetFrom(remote, $"/v1/videos/{Views.Id}");

        Assert.Equal(may ? 200 : 403, answer.Status);
        Assert.Equal(may ? 404 : 403, v1.Status);
        if (may) return;
        Assert.Equal(("loopback_only", "application/problem+json; charset=utf-8"), ((string)answer.Json["code"]!, answer.Header("Content-Type")));
        Assert.Equal(("loopback_only", "permission_error"), (v1.Code, (string)v1.Error["type"]!));
        Assert.Contains("http://127.0.0.1", v1.Message, StringComparison.Ordinal);
        Assert.Contains("videogen keys create --client NAME", v1.Message, StringComparison.Ordinal);
        Assert.Empty(door.Grains.Keys);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8080", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("192.168.1.5:8080", false)]
    [InlineData("[fe80::1]", false)]
    public async Task A_page_that_points_its_name_at_this_machine_is_shown_by_its_host_header(string host, bool may)
    {
        await using var door = await Door.Open();

        var answer = await door.Get($"/v1/videos/{Views.Id}", ("Host", host));

        Assert.Equal(may ? (404, "video_not_found") : (403, "loopback_host_only"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_request_without_a_host_is_not_let_in()
    {
        await using var door = await Door.Open();

        var answer = await RawHttp.Send(door.Client.BaseAddress!, "GET /health/live HTTP/1.0\n\n");

        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Contains("loopback_host_only", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Via", "1.1 proxy")]
    public async Task A_proxy_on_this_machine_opens_no_way_for_others(string header, string value)
    {
        await using var door = await Door.Open();

        var answer = await door.Get($"/v1/videos/{Views.Id}", (header, value));

        Assert.Equal((403, "proxy_not_allowed"), (answer.Status, answer.Code));
        Assert.Equal("false", answer.Header("x-should-retry"));
    }

    [Theory]
    [InlineData("abc-DEF_1.2", true)]
    [InlineData("a b", false)]
    [InlineData("a\"b", false)]
    [InlineData("", false)]
    public async Task A_harmless_request_id_is_kept_and_any_other_replaced(string id, bool kept)
    {
        await using var door = await Door.Open();

        var answer = await door.Get("/health/live", ("x-request-id", id));

        if (kept) Assert.Equal(id, answer.Header("x-request-id"));
        else Assert.Matches("^req_[0-9a-f]{32}$", answer.Header("x-request-id"));
    }

    [Fact]
    public async Task A_request_id_that_is_too_long_is_replaced_and_two_requests_never_share_one()
    {
        await using var door = await Door.Open();

        var first = await door.Get("/health/live", ("x-request-id", new('a', 129)));
        var second = await door.Get("/health/live");

        Assert.Matches("^req_[0-9a-f]{32}$", first.Header("x-request-id"));
        Assert.NotEqual(first.Header("x-request-id"), second.Header("x-request-id"));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/api/stats")]
    [InlineData("/v1/nowhere")]
    public async Task Every_answer_is_marked_not_to_be_sniffed_or_stored_and_does_not_name_the_server(string path)
    {
        await using var door = await Door.Open();

        var answer = await door.Get(path);

        Assert.Equal(("nosniff", "no-store", null), (answer.Header("X-Content-Type-Options"), answer.Header("Cache-Control"), answer.Header("Server")));
    }
}
