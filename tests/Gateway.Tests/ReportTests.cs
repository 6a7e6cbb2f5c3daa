using System.Text.Json.Nodes;

namespace VideoGen.Gateway.Tests;

/// <summary>Statistics and health.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task Stats_name_every_status_even_those_with_none()
    {
        await using var door = await Door.Open();

        var answer = await door.Get("/api/stats");

        var expected = JsonNode.Parse("""
            {"stats":{"total_videos":7,"by_status":{"queued":0,"in_progress":0,"cancelling":0,"completed":5,"failed":2},
             "duplicates_prevented":3,"usd_prevented":9.6,"dead_lettered":1}}
            """);
        Assert.Equal(expected!.ToJsonString(), answer.Json.ToJsonString());
    }

    [Fact]
    public async Task Live_touches_nothing()
    {
        await using var door = await Door.Open(new Check("database", _ => throw new InvalidOperationException()));
        door.Grain.OnGet = _ => throw new InvalidOperationException();

        Assert.Equal(200, (await door.Get("/health/live")).Status);
        Assert.Empty(door.Grains.Keys);
    }

    [Fact]
    public async Task Ready_is_200_when_every_check_is_well()
    {
        await using var door = await Door.Open(new Check("database", _ => Task.FromResult<string?>(null)), new Check("ffmpeg", _ => Task.FromResult<string?>(null)));

        var answer = await door.Get("/health/ready");

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"ready":true,"checks":[{"name":"database","ok":true,"what_to_do":null},{"name":"ffmpeg","ok":true,"what_to_do":null}]}""",
            answer.Json.ToJsonString());
        Assert.Null(answer.Header("x-should-retry"));
    }

    [Fact]
    public async Task Ready_is_503_and_says_what_to_do_one_check_per_line()
    {
        await using var door = await Door.Open(
            new Check("database", _ => Task.FromResult<string?>(null)),
            new Check("store", _ => Task.FromResult<string?>("The disk is full: make room in .data/videos.")),
            new Check("provider", _ => throw new InvalidOperationException("secret inner text")));

        var answer = await door.Get("/health/ready");

        Assert.Equal((503, "false"), (answer.Status, answer.Header("x-should-retry")));
        Assert.False((bool)answer.Json["ready"]!);
        Assert.Contains("""{"name":"store","ok":false,"what_to_do":"The disk is full: make room in .data/videos."}""", answer.Text.Split('\n').Select(line => line.TrimEnd(',')));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Contains(door.Log, line => line.Contains("secret inner text", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_check_that_hangs_is_cut_off_after_5_s(bool heedsItsToken)
    {
        await using var door = await Door.Open(new Check("database", async token =>
        {
            await new TaskCompletionSource().Task.WaitAsync(heedsItsToken ? token : CancellationToken.None);
            return null;
        }));

        var asking = door.Get("/health/ready");
        await door.Time.Awaited(TimeSpan.FromSeconds(5));
        door.Time.Advance(TimeSpan.FromSeconds(5));
        var answer = await asking;

        Assert.Equal(503, answer.Status);
        Assert.Contains("No answer within 5 s", (string)answer.Json["checks"]![0]!["what_to_do"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_is_200_where_nothing_is_checked()
    {
        await using var door = await Door.Open();

        Assert.Equal((200, """{"ready":true,"checks":[]}"""), ((await door.Get("/health/ready")).Status, (await door.Get("/health/ready")).Json.ToJsonString()));
    }
}
