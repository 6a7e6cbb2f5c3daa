using System.Net;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Tests.Telemetry;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The promises against the real process: HTTP in, a real PostgreSQL, a real render, kill -9 in between.</summary>
public sealed class HostTests : OnHostFolder
{
    [Fact]
    public async Task Two_hundred_identical_asks_over_fifty_connections_are_one_job_and_one_id()
    {
        await using var host = await Start();
        using var connections = new SocketsHttpHandler { MaxConnectionsPerServer = 50 };
        using var http = new HttpClient(connections) { BaseAddress = host.Http.BaseAddress };
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var content = new StringContent("""{"prompt":"one video, please","size":"320x180","seconds":1}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("/v1/videos", UriKind.Relative), content);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
            return (Id: JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!, IsNew: !answer.Headers.Contains("VideoGen-Dedup"));
        }));

        var id = Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single(answers, a => a.IsNew);
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        var stats = (await host.Stats()).GetProperty("stats");
        Assert.Equal((1, 199), (stats.GetProperty("total_videos").GetInt32(), stats.GetProperty("duplicates_prevented").GetInt32()));
        Assert.Single(host.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        Assert.Equal(199, host.Output.Count(l => l.Contains("DuplicatePrevented", StringComparison.Ordinal)));
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task Three_asks_within_a_second_are_one_video_that_plays()
    {
        await using var host = await Start();
        var ids = await Task.WhenAll(host.Accepted("a cat"), host.Accepted("a  cat "), host.Accepted("a cat"));
        var id = Assert.Single(ids.Distinct());
        await host.Ended(id);
        Assert.Single(host.ProviderLog, l => l.GetProperty("what").GetString() == "submit");

        var file = Path.Combine(Folder, "download.mp4");
        await File.WriteAllBytesAsync(file, await host.Http.GetByteArrayAsync($"/v1/videos/{id}/content"));
        var video = await Ffprobe.Read(file);
        Assert.Equal(("h264", "yuv420p", 320, 180, "24/1", 24), (video.Codec, video.Pixels, video.Width, video.Height, video.Rate, video.Frames));
    }

    [Fact]
    public async Task A_priced_video_starts_the_cooldown_and_a_failure_that_is_proven_free_does_not()
    {
        string failed;
        (string, string) price = ("Providers__Local__UsdPerSecond", "0.80");
        await using (var host = await Start(price, ("Providers__Local__FailWords__broken", "refused")))
        {
            failed = await host.Accepted("a broken cat");
            var ending = await host.Ended(failed);
            Assert.Equal(("failed", "no"), (ending.GetProperty("status").GetString(), ending.GetProperty("charged").GetString()));
            Assert.Equal(0, await host.Stop());
        }

        await using var repaired = await Start(price);
        var second = await repaired.Accepted("a broken cat");
        Assert.EndsWith("_2", second, StringComparison.Ordinal);
        Assert.Equal("completed", (await repaired.Ended(second)).GetProperty("status").GetString());

        var (refused, body) = await repaired.Ask(new { prompt = "a dog", size = "320x180", seconds = 1 });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("false", Assert.Single(refused.Headers.GetValues("x-should-retry")));
        Assert.Null(refused.Headers.RetryAfter);
        var error = body.GetProperty("error");
        Assert.Equal("cooldown", error.GetProperty("code").GetString());
        var retryAt = DateTimeOffset.FromUnixTimeSeconds(error.GetProperty("retry_at").GetInt64());
        Assert.InRange(retryAt - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1)); // Whole seconds, rounded up.
        Assert.Equal("failed", (await repaired.Ended(failed)).GetProperty("status").GetString()); // An old id answers for its own round.
    }

    [Fact]
    public async Task A_running_video_is_cancelled_and_nothing_goes_on_rendering()
    {
        await using var host = await Start();
        var id = await host.Accepted("a long one", seconds: 12, size: "1792x1024");
        await Logged("render_started");
        using var deleted = await host.Http.DeleteAsync(new Uri($"/v1/videos/{id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        var ended = await host.Ended(id);
        Assert.Equal(("failed", "cancelled"), (ended.GetProperty("status").GetString(), ended.GetProperty("error").GetProperty("code").GetString()));
        await Eventually.Holds("ffmpeg has gone", () => !RunningHost.ProcessesOf(Path.Combine(Folder, "local")).Any(p => p.Contains("ffmpeg", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_answers_who_waits_and_goes_at_once()
    {
        await using var host = await Start();
        var id = await host.Accepted("a long one", seconds: 12, size: "1792x1024");
        await Logged("render_started");
        var waiting = host.Http.GetAsync(new Uri($"/v1/videos/{id}?wait=59", UriKind.Relative));
        await Eventually.Holds("the wait has begun", () => host.Output.Any(l => l.Contains("to Running", StringComparison.Ordinal)));
        var told = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await host.Stop());
        Assert.True(TimeProvider.System.GetElapsedTime(told) < TimeSpan.FromSeconds(15), "It waited for somebody who waited for it.");
        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_document_of_a_newer_program_alerts_and_stays_as_it_is()
    {
        string id;
        await using (var older = await Start())
        {
            id = await older.Accepted("a cat");
            await older.Ended(id);
            Assert.Equal(0, await older.Stop());
        }

        var newer = await Stored("""update videogen.grain_state set state = state || '{"v":2,"wakeAt":1}' where state_name = 'videorequest' returning version || state::text""");
        await using (var host = await Start())
        {
            var metrics = await Eventually.Get("the sweep has failed", async () =>
                PrometheusFormat.Parse(await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))) is var all && all["videogen_sweep_wakes_total{outcome=\"failed\"}"] > 0
                    && all.ContainsKey("videogen_requests_overdue_seconds") ? all : null);
            Assert.True(metrics["videogen_requests_overdue_seconds"] > 120);
            Assert.Contains(host.Output, l => l.Contains("could not be woken", StringComparison.Ordinal));
            using var answer = await host.Http.GetAsync(new Uri($"/v1/videos/{id}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(0, await host.Stop());
        }

        Assert.Equal(newer, await Stored("select version || state::text from videogen.grain_state where state_name = 'videorequest'"));
    }

    private async Task<string> Stored(string sql)
    {
        await using var command = (await Database()).DataSource.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
