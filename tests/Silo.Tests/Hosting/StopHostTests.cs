using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>One video, an agent's run, and everything: stopped at the real host, with jobs that would run for ever.</summary>
public sealed class StopHostTests : OnHostFolder
{
    [Fact]
    public async Task A_video_a_run_and_everything_are_stopped_and_their_money_is_said()
    {
        await using var host = await Start(
            ("Providers__Local__UsdPerSecond", "0.5"), ("Quotas__Cooldown", "00:00:00"), ("SpendBreaker__SubmitsPerMinute", "100"), ("AgentRuns__VideosPerRun", "3"), ("Providers__Local__FailWords__endless", "never_ends"));
        var single = await Ask(host, "an endless cat", run: null);
        var ofRun = new[] { await Ask(host, "an endless dog", "run/1"), await Ask(host, "an endless cow", "run/1") };
        var others = new[] { await Ask(host, "an endless pig", "run-2"), await Ask(host, "an endless hen", run: null) };
        foreach (var id in (string[])[single, .. ofRun, .. others]) await Eventually.Get($"{id} runs", async () => await Status(host, id) == "in_progress" ? "yes" : null);

        // One: answered as it is then, and twice is as once.
        Assert.Contains((await Post(host, $"/v1/videos/{single}/cancel")).GetProperty("status").GetString(), (string[])["cancelling", "failed"]);
        Assert.Equal("cancelled", (await host.Ended(single)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("failed", (await Post(host, $"/v1/videos/{single}/cancel")).GetProperty("status").GetString());

        // A run, and nothing but that run.
        var run = await Post(host, "/v1/runs/run%2F1/cancel");
        Assert.Equal(ofRun, run.GetProperty("videos").EnumerateArray().Select(video => video.GetProperty("id").GetString()));
        Assert.Equal(2, run.GetProperty("counts").GetProperty("cancelled").GetInt32());
        Assert.Equal((0m, 1m), Money(run.GetProperty("total")));
        Assert.Equal(0, (await Post(host, "/v1/runs/run%2F1/cancel")).GetProperty("videos").GetArrayLength());
        foreach (var id in others) Assert.Equal("in_progress", await Status(host, id));

        // Everything, and once more.
        var drained = await host.AsOperator(HttpMethod.Post, "pause", """{"scope":"global","reason":"Too many videos.","drain":true}""");
        Assert.Equal(others, drained.GetProperty("drain").GetProperty("videos").EnumerateArray().Select(video => video.GetProperty("id").GetString()));
        Assert.Equal(2, drained.GetProperty("drain").GetProperty("counts").GetProperty("cancelled").GetInt32());
        Assert.Equal((0m, 1m), Money(drained.GetProperty("drain").GetProperty("total")));
        var again = await host.AsOperator(HttpMethod.Post, "pause", """{"scope":"global","reason":"Too many videos.","drain":true}""");
        Assert.Equal(0, again.GetProperty("drain").GetProperty("videos").GetArrayLength());
        Assert.Equal(1, (await host.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses").GetArrayLength());
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task Two_hundred_videos_of_a_run_are_stopped_within_the_time_that_is_waited()
    {
        await using var host = await Start(("Providers__Local__FailWords__endless", "never_ends"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Ask(host, $"an endless cat and {n} dogs", "run-1")));
        await Eventually.Get("one of them runs", async () => await Status(host, asked[0]) == "in_progress" ? "yes" : null);

        var stopped = await Post(host, "/v1/runs/run-1/cancel");

        Assert.Equal(200, stopped.GetProperty("videos").GetArrayLength());
        Assert.True(stopped.GetProperty("counts").GetProperty("cancelled").GetInt32() == 200, stopped.GetProperty("counts").ToString());
        Assert.Equal(0, (await Post(host, "/v1/runs/run-1/cancel")).GetProperty("videos").GetArrayLength());
        Assert.Equal(0, await host.Stop());
    }

    // What is still held, and what was paid or came back.
    private static (decimal Held, decimal Decided) Money(JsonElement usd) =>
        (usd.GetProperty("reserved").GetDecimal() + usd.GetProperty("at_risk").GetDecimal(), usd.GetProperty("spent").GetDecimal() + usd.GetProperty("released").GetDecimal());

    private static async Task<string> Ask(RunningHost host, string prompt, string? run)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(new { prompt, size = "320x180", seconds = 1 }) };
        if (run is not null) request.Headers.Add("X-VideoGen-Run", run);
        using var answer = await host.Http.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> Post(RunningHost host, string path)
    {
        using var answer = await host.Http.PostAsync(new Uri(path, UriKind.Relative), content: null);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private static async Task<string?> Status(RunningHost host, string id) => (await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{id}")).GetProperty("status").GetString();
}
