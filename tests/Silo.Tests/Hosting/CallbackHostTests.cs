using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Clusters;
using VideoGen.Silo.Tests.Media;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host with an account whose provider calls back: what it says is a hint, what anybody else says is nothing.</summary>
public sealed class CallbackHostTests(FakeProvider fake) : OnHostFolder, IClassFixture<FakeProvider>
{
    private readonly string key = Account.NewKey();
    private readonly string port = ClusterUnderTest.FreePorts(1)[0];

    [Fact]
    public async Task A_video_is_there_as_soon_as_the_provider_calls_long_before_it_would_be_asked()
    {
        await using var host = await Start([.. Settings, ("Requests__CheckEvery", "00:05:00")]);
        await fake.Faults(new Fault("callback", "doubled"));

        var id = await Asked(host, "A small red boat takes:2000");
        await Eventually.Get("it is in progress", async () => (await Get(host, id)).GetProperty("status").GetString() == "in_progress" ? "yes" : null);
        var ended = await host.Ended(id);

        Assert.True(ended.GetProperty("status").GetString() == "completed", ended.ToString());
        var video = await host.Http.GetByteArrayAsync(new Uri($"/v1/videos/{id}/content", UriKind.Relative));
        Assert.Equal(SHA256.HashData(await Samples.Video), SHA256.HashData(video));
        var thumbnail = await host.Http.GetByteArrayAsync(new Uri($"/v1/videos/{id}/content?variant=thumbnail", UriKind.Relative));
        Assert.Equal("WEBP"u8.ToArray(), thumbnail[8..12]);
        await Eventually.Holds("both calls are taken", () => Calls.Count(call => FakeProvider.Text(call, "decided") == "204") == 2);
        Assert.Equal(1, Posts(id));
        Assert.Contains("videogen_callbacks_total{outcome=\"taken\"} 2", await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    [Theory]
    [InlineData("fault:reset+job hidden:600000 takes:3000")] // While it is still looked for.
    [InlineData("fault:silence+job hidden:600000 takes:200")] // Before anybody knows that the answer is lost.
    [InlineData("fault:reset+job hidden:600000 takes:12000")] // When it was given up.
    public async Task A_lost_job_that_no_list_shows_is_taken_up_when_the_provider_calls_and_confirms_it(string words)
    {
        await using var host = await Start(Settings);
        await fake.Faults();

        var id = await Asked(host, $"A small red boat {words}");
        var ended = await Eventually.Get("the video is there", async () => await Get(host, id) is var video && video.GetProperty("status").GetString() == "completed" ? video.ToString() : null);

        Assert.Contains("\"charged\":\"yes\"", ended, StringComparison.Ordinal);
        Assert.Equal(1, Posts(id));
        Assert.Single(Made);
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    [Fact]
    public async Task A_rejected_prompt_is_told_in_plain_words_before_and_after_rendering_and_never_sent_again()
    {
        await using var host = await Start(Settings);
        await fake.Faults();
        foreach (var words in (string[])["fault:policy", "ending:rejected"])
        {
            var id = await Asked(host, $"A small red boat {words}");
            var ended = await host.Ended(id);
            Assert.Equal(("failed", "content_policy_violation", "no"), (ended.GetProperty("status").GetString(), ended.GetProperty("error").GetProperty("code").GetString(), ended.GetProperty("charged").GetString()));
            Assert.Contains("content policy", ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(id, await Asked(host, $"A small red boat {words}"));
            Assert.Equal(1, Posts(id));
        }
    }

    [Fact]
    public async Task What_is_forged_replayed_or_sent_to_an_address_that_nobody_was_given_is_refused_counted_and_wakes_nobody()
    {
        await using var host = await Start([.. Settings, ("Requests__CheckEvery", "00:05:00")]);
        await fake.Faults(new Fault("callback", "lost"));
        var id = await Asked(host, "A small red boat takes:500");
        await Eventually.Holds("the call is lost", () => Calls.Any(call => FakeProvider.Text(call, "decided") == "lost"));
        var call = Calls.Single();
        var (path, job) = (FakeProvider.Text(call, "path")!, FakeProvider.Text(call, "job_id")!);
        var (secret, now) = (StandardWebhook.SecretOf(FakeProvider.WebhookSecretOf(key))!, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var body = $$"""{"id":"{{job}}","status":"succeeded"}""";

        Assert.Equal((HttpStatusCode.Forbidden, "callback_not_signed"), await Call(host, path, body, new byte[32], now)); // Another account's secret.
        Assert.Equal((HttpStatusCode.Forbidden, "callback_not_signed"), await Call(host, path, body, secret, now, signature: "v1,AAAA"));
        Assert.Equal((HttpStatusCode.BadRequest, "callback_not_now"), await Call(host, path, body, secret, now - 600)); // Kept since.
        Assert.Equal((HttpStatusCode.NotFound, "callback_unknown"), await Call(host, path[..^1], body, secret, now));
        Assert.Equal((HttpStatusCode.NotFound, "callback_unknown"), await Call(host, path.Replace("-1.1~", "-1.2~", StringComparison.Ordinal), body, secret, now));
        Assert.Equal((HttpStatusCode.NotFound, "callback_unknown"), await Call(host, path.Replace("/replicate/", "/local/", StringComparison.Ordinal), body, secret, now));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), await Call(host, path, new string(' ', 2 << 20), secret, now));
        Assert.Equal((HttpStatusCode.BadRequest, "callback_unreadable"), await Call(host, path, "<html>", secret, now));

        // Nobody asked the provider anything.
        Assert.Equal("in_progress", (await Get(host, id)).GetProperty("status").GetString());
        Assert.DoesNotContain(fake.Log, line => FakeProvider.Text(line, "what") is "check" or "list" && FakeProvider.Text(line, "job_id") == job);
        var metrics = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (var count in (string[])["not_signed\"} 2", "not_now\"} 1", "unknown_address\"} 3", "too_large\"} 1", "unreadable\"} 1"]) Assert.Contains($"videogen_callbacks_total{{outcome=\"{count}", metrics, StringComparison.Ordinal);

        // The provider's own is heard, and its replay changes nothing.
        Assert.Equal((HttpStatusCode.NoContent, ""), await Call(host, path, body, secret, now));
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        var before = (await Get(host, id)).ToString();
        Assert.Equal((HttpStatusCode.NoContent, ""), await Call(host, path, body, secret, now));
        Assert.Equal(before, (await Get(host, id)).ToString());
        Assert.Equal(1, Posts(id));
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    private (string, string)[] Settings =>
    [
        ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"),
        ("Quotas__Cooldown", "00:00:00"), ("Requests__ResolveFor", "00:00:05"),
        .. fake.Account("replicate", key),
        ("Providers__Accounts__replicate__CallbackUrl", $"http://127.0.0.1:{port}"),
        ("Providers__Accounts__replicate__WebhookSecret", FakeProvider.WebhookSecretOf(key)),
        ("Catalogue__DefaultModel", "replicate"),
    ];

    private IEnumerable<JsonElement> Calls => fake.Log.Where(line => FakeProvider.Text(line, "what") == "called" && FakeProvider.Text(line, "owner") == key);

    private IEnumerable<JsonElement> Made => fake.Log.Where(line => line.TryGetProperty("made", out var made) && made.GetProperty("owner").GetString() == key);

    private int Posts(string id)
    {
        Assert.True(VideoId.TryParse(id, out var video));
        return fake.Log.Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST" && FakeProvider.Text(line, "mark")?.Contains(video.RequestKey, StringComparison.Ordinal) == true);
    }

    private static async Task<string> Asked(RunningHost host, string prompt)
    {
        var (answer, body) = await host.Ask(new { prompt });
        using (answer) Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> Get(RunningHost host, string id) =>
        JsonDocument.Parse(await host.Http.GetStringAsync(new Uri($"/v1/videos/{id}", UriKind.Relative))).RootElement;

    private static async Task<(HttpStatusCode Status, string Code)> Call(RunningHost host, string path, string body, byte[] secret, long at, string? signature = null)
    {
        var timestamp = at.ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", "msg_1");
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", signature ?? StandardWebhook.Sign(secret, "msg_1", timestamp, Encoding.UTF8.GetBytes(body)));
        using var answer = await host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? "" : JsonDocument.Parse(text).RootElement.GetProperty("code").GetString()!);
    }

    // Neither the key, nor the secret, nor an address that was given out, nor the prompt.
    private void ToldNobody(RunningHost host)
    {
        foreach (var secret in (string[])[key, FakeProvider.WebhookSecretOf(key), "1.1~", "red boat"])
        {
            Assert.DoesNotContain(host.Output, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(secret, host.Errors, StringComparison.Ordinal);
        }
    }
}
