using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>Runs of agents, confirmed takes and keys against the real process: what they hold is on disk, and a kill -9 does not loosen it.</summary>
public sealed class AskedAgainTests : OnHostFolder
{
    // What is sent again after the kill, as no job came of it, counts twice as a paid submit.
    private static readonly (string, string)[] Priced = [("Providers__Local__UsdPerSecond", "0.5"), ("Quotas__Cooldown", "00:00:00"), ("SpendBreaker__SubmitsPerMinute", "20")];

    [Fact]
    public async Task Runs_takes_and_keys_hold_through_a_kill()
    {
        string cat, take, token, keyed;
        await using (var host = await Start(Priced))
        {
            // Two wordings of one run at once.
            var worded = await Task.WhenAll(Ask(host, new { prompt = "a cat", seconds = 1, size = "320x180" }, ("X-VideoGen-Run", "run-1")), Ask(host, new { prompt = "one cat, please", seconds = 1, size = "320x180" }, ("X-VideoGen-Run", "run-1")));
            Assert.Equal([200, 429], worded.Select(w => w.Status).Order());
            Assert.Equal("run_limit", Error(worded.Single(w => w.Status == 429).Body, "code"));

            // Another take: a question, and then a yes.
            cat = Id(await Ask(host, new { prompt = "a dog", seconds = 1, size = "320x180" }));
            var question = await Ask(host, new { prompt = "a dog", seconds = 1, size = "320x180", variation = true });
            Assert.Equal((422, "same_prompt_variation"), (question.Status, Error(question.Body, "code")));
            var offer = question.Body.GetProperty("error").GetProperty("confirmation");
            Assert.Equal(0.5m, offer.GetProperty("price_usd").GetDecimal());
            token = offer.GetProperty("token").GetString()!;
            take = Id(await Ask(host, new { prompt = "a dog", seconds = 1, size = "320x180", confirmation = token }));
            Assert.NotEqual(cat, take);

            keyed = Id(await Ask(host, new { prompt = "a cow", seconds = 1, size = "320x180" }, ("Idempotency-Key", "key-1")));
            await host.Kill();
        }

        await using (var host = await Start(Priced))
        {
            Assert.Equal("run_limit", Error((await Ask(host, new { prompt = "yet another cat", seconds = 1, size = "320x180" }, ("X-VideoGen-Run", "run-1"))).Body, "code"));
            Assert.Equal(take, Id(await Ask(host, new { prompt = "a dog", seconds = 1, size = "320x180", confirmation = token })));
            Assert.Equal(keyed, Id(await Ask(host, new { prompt = "a cow", seconds = 1, size = "320x180" }, ("Idempotency-Key", "key-1"))));
            Assert.Equal("idempotency_key_reused", Error((await Ask(host, new { prompt = "a pig", seconds = 1, size = "320x180" }, ("Idempotency-Key", "key-1"))).Body, "code"));
            foreach (var id in (string[])[cat, take, keyed]) Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            await Eventually.Holds("the fourth, of the first wording, was sent too", () => Submits(host) >= 4);
            Assert.Equal(4, Submits(host));
            Assert.Equal(0, await host.Stop());
        }
    }

    private static int Submits(RunningHost host) => host.ProviderLog.Count(entry => entry.GetProperty("what").GetString() == "submit");

    private static async Task<(int Status, JsonElement Body)> Ask(RunningHost host, object body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(body) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await host.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static string Id((int Status, JsonElement Body) answer)
    {
        Assert.True(answer.Status == 200, answer.Body.ToString());
        return answer.Body.GetProperty("id").GetString()!;
    }

    private static string? Error(JsonElement body, string member) => body.GetProperty("error").GetProperty(member).GetString();
}
