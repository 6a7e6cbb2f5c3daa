using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using VideoGen.Silo.Tests.Clients;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Tests.Webhooks;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host tells whoever wants to hear how a video ended, as official clients understand and verify it.</summary>
public sealed class WebhookHostTests : OnHostFolder
{
    private const string Secretive = "/hook?key=of-the-receiver";

    private static IEnumerable<string> Members(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static readonly (string, string)[] Settings = [("Webhooks__PrivateAddresses", "true"), ("Quotas__Cooldown", "00:00:00"), ("Providers__Local__FailWords__clumsy", "failed_charged")];

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task An_ending_is_told_signed_and_told_again_until_it_is_heard_and_a_forgery_does_not_verify(int version)
    {
        await using var host = await Start(Settings);
        await using var receiver = await Receiver.Start();
        receiver.Answer = (path, call) => Task.FromResult((path, call) switch
        {
            ("/hook", 1) => StatusCodes.Status500InternalServerError,
            ("/moved", _) => StatusCodes.Status302Found,
            _ => StatusCodes.Status204NoContent,
        });
        var made = await Call(host, "/v1/webhooks", new { url = receiver.Address + Secretive });
        var secret = made.GetProperty("secret").GetString()!;
        var moved = (await Call(host, "/v1/webhooks", new { url = $"{receiver.Address}/moved", events = (string[])["video.completed"] })).GetProperty("id").GetString();

        var id = await Asked(host, new { prompt = "A red boat", webhook_url = $"{receiver.Address}/single" });
        await host.Ended(id);

        var told = await receiver.Until("/hook", 2); // 5 seconds later.
        Assert.Single(told.Select(d => d.Id).Distinct(StringComparer.Ordinal));
        Assert.Equal(told[0].Body, told[1].Body);
        Assert.Equal(told[0].Id, (await receiver.Until("/single", 1))[0].Id);
        var heard = (await Unwrap(version, told[1], secret)).GetProperty("event");
        Assert.Equal(("video.completed", "event", told[1].Id), (Text(heard, "type"), Text(heard, "object"), Text(heard, "id")));
        var video = heard.GetProperty("data");
        Assert.Equal((id, "completed", "320x180"), (Text(video, "id"), Text(video, "status"), Text(video, "size")));
        Assert.False(video.TryGetProperty("prompt", out _));
        var document = await host.Http.GetFromJsonAsync<JsonElement>("/openapi.json");
        Assert.Equal(Members(document.GetProperty("components").GetProperty("schemas").GetProperty("VideoEvent").GetProperty("properties").GetProperty("data").GetProperty("properties")), Members(video));

        // A changed body, one that was kept, and another secret.
        Assert.Equal("InvalidWebhookSignatureError", Text(await Unwrap(version, told[1] with { Body = told[1].Body.Replace("completed", "compLeted", StringComparison.Ordinal) }, secret), "kind"));
        var old = new Dictionary<string, string>(told[1].Headers, StringComparer.Ordinal) { ["webhook-timestamp"] = "1700000000" };
        Assert.Equal("InvalidWebhookSignatureError", Text(await Unwrap(version, told[1] with { Headers = old }, secret), "kind"));
        Assert.Equal("InvalidWebhookSignatureError", Text(await Unwrap(version, told[1], $"whsec_{Convert.ToBase64String(new byte[32])}"), "kind"));

        // A redirect is a failure, and is said.
        var page = await Eventually.Get("the redirect is on its page", async () => (await Page(host, moved!)) is var read && read.GetProperty("last_status").ValueKind == JsonValueKind.Number ? read.ToString() : null);
        Assert.Contains("\"last_status\":302", page, StringComparison.Ordinal);
        Assert.Contains("redirects are not followed", page, StringComparison.Ordinal);
        Assert.Empty(receiver.At("/elsewhere"));
        var decision = await host.Http.GetStringAsync(new Uri($"/v1/videos/{id}/decision", UriKind.Relative));
        Assert.Contains("\"telling\"", decision, StringComparison.Ordinal);
        Assert.Contains("videogen_webhooks_told_total{outcome=\"heard\"}", await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(0, await host.Stop());
        ToldNobody(host, secret);
    }

    [Fact]
    public async Task A_rotated_secret_signs_along_a_ping_says_what_came_back_a_410_disables_and_an_ending_is_told_again_by_its_name()
    {
        await using var host = await Start(Settings);
        await using var receiver = await Receiver.Start();
        var made = await Call(host, "/v1/webhooks", new { url = receiver.Address + Secretive });
        var (id, first) = (Text(made, "id"), Text(made, "secret"));
        var second = Text(await Call(host, "/v1/webhooks/secret/rotate", body: null), "secret");

        var ping = await Call(host, $"/v1/webhooks/{id}/ping", body: null);
        Assert.Equal((true, 204), (ping.GetProperty("heard").GetBoolean(), ping.GetProperty("status").GetInt32()));
        var sent = (await receiver.Until("/hook", 1))[0];
        Assert.Equal(2, sent.Headers["webhook-signature"].Split(' ').Length);
        foreach (var secret in (string[])[first, second]) Assert.Equal("ping", Text((await Unwrap(6, sent, secret)).GetProperty("event"), "type"));

        receiver.Answer = (_, _) => Task.FromResult(StatusCodes.Status410Gone);
        var video = await Asked(host, new { prompt = "A clumsy boat" });
        await host.Ended(video);
        await Eventually.Get("it is disabled", async () => Text(await Page(host, id), "status") == "disabled" ? "yes" : null);
        var failed = receiver.At("/hook")[^1];
        Assert.Contains("\"type\":\"video.failed\"", failed.Body, StringComparison.Ordinal);

        receiver.Answer = (_, _) => Task.FromResult(StatusCodes.Status204NoContent);
        Assert.Equal("enabled", Text(await Call(host, $"/v1/webhooks/{id}/enable", body: null), "status"));
        await Call(host, $"/v1/videos/{video}/webhooks/redeliver", body: null, HttpStatusCode.Accepted);
        var again = (await receiver.Until("/hook", 3))[^1];
        Assert.Equal((failed.Id, failed.Body), (again.Id, again.Body));

        receiver.Answer = (_, _) => Task.FromResult(StatusCodes.Status503ServiceUnavailable);
        var refused = await Call(host, $"/v1/webhooks/{id}/ping", body: null);
        Assert.Equal((false, 503), (refused.GetProperty("heard").GetBoolean(), refused.GetProperty("status").GetInt32()));
        Assert.Equal(0, await host.Stop());
        ToldNobody(host, first, second);
    }

    [Fact]
    public async Task What_was_not_heard_when_the_host_was_killed_is_told_when_it_is_there_again()
    {
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await Receiver.Start();
        receiver.Answer = (_, _) => never.Task;
        string video;
        await using (var host = await Start(Settings))
        {
            await Call(host, "/v1/webhooks", new { url = receiver.Address + Secretive });
            video = await Asked(host, new { prompt = "A red boat" });
            await receiver.Until("/hook", 1);
            await host.Kill();
        }

        receiver.Answer = (_, _) => Task.FromResult(StatusCodes.Status204NoContent);
        never.SetResult(StatusCodes.Status204NoContent);
        await using var next = await Start(Settings);
        var told = await receiver.Until("/hook", 2);
        Assert.Equal(told[0].Id, told[1].Id);
        Assert.Contains(video, told[1].Body, StringComparison.Ordinal);
        Assert.Equal(0, await next.Stop());
    }

    [Fact]
    public async Task Nothing_is_sent_to_an_address_that_is_not_public_and_an_ask_that_names_one_or_has_no_secret_is_refused()
    {
        await using var host = await Start(("Quotas__Cooldown", "00:00:00"));
        foreach (var (url, words) in ((string, string)[])
        [
            ("https://127.0.0.1/hook", "no public address"), ("https://[::1]/hook", "no public address"), ("https://169.254.169.254/latest", "no public address"), ("https://0x7f000001/", "no public address"),
            ("https://localhost/", "is this machine"), ("http://example.com/", "must begin with https://"), ("https://me:pass@example.com/", "no user and no password"),
            ("https://example.com/#here", "no fragment"), ("https://example.com:25/", "must have port 443"), ("example.com", "must be a whole address"), ("https://exämple.com/", "ASCII"),
        ])
        {
            var refused = (await Call(host, "/v1/webhooks", new { url }, HttpStatusCode.BadRequest)).GetProperty("error");
            Assert.Equal(("invalid_value", "url"), (Text(refused, "code"), Text(refused, "param")));
            Assert.Contains(words, Text(refused, "message"), StringComparison.Ordinal);
            var asked = (await Call(host, "/v1/videos", new { prompt = "A red boat", webhook_url = url }, HttpStatusCode.UnprocessableEntity)).GetProperty("error");
            Assert.Equal(("webhook_url_refused", "webhook_url"), (Text(asked, "code"), Text(asked, "param")));
            Assert.Contains(words, Text(asked, "message"), StringComparison.Ordinal);
        }

        var unsigned = (await Call(host, "/v1/videos", new { prompt = "A red boat", webhook_url = "https://example.com/" }, HttpStatusCode.UnprocessableEntity)).GetProperty("error");
        Assert.Equal("webhook_secret_missing", Text(unsigned, "code"));
        Assert.Contains("POST /v1/webhooks/secret/rotate", Text(unsigned, "message"), StringComparison.Ordinal);
        await Call(host, "/v1/webhooks/secret/rotate", body: null);
        Assert.Empty(host.ProviderLog);
        Assert.Equal(0, await host.Stop());
    }

    private static async Task<string> Asked(RunningHost host, object body)
    {
        var ask = JsonSerializer.SerializeToNode(body)!.AsObject();
        (ask["size"], ask["seconds"]) = ("320x180", 1);
        return Text(await Call(host, "/v1/videos", ask), "id");
    }

    private static async Task<JsonElement> Call(RunningHost host, string path, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var content = body is null ? null : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await host.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{path} {JsonSerializer.Serialize(body)}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> Page(RunningHost host, string id) =>
        JsonDocument.Parse(await host.Http.GetStringAsync(new Uri($"/v1/webhooks/{id}", UriKind.Relative))).RootElement;

    private static Task<JsonElement> Unwrap(int version, Receiver.Delivery delivery, string secret) =>
        NodeClient.OpenAi(version).Tell(new("http://127.0.0.1:1"), "unwrap", JsonSerializer.Serialize(new { body = delivery.Body, headers = delivery.Headers, secret }));

    // Neither a secret of ours, nor one in an address of theirs, nor the prompt.
    private static void ToldNobody(RunningHost host, params string[] secrets)
    {
        foreach (var secret in (string[])[.. secrets.Select(s => s["whsec_".Length..]), "of-the-receiver", "red boat", "clumsy boat"])
        {
            Assert.DoesNotContain(host.Output, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(secret, host.Errors, StringComparison.Ordinal);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
