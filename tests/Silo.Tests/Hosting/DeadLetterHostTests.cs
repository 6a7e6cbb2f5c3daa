using System.Net;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>What the real host gave up: seen, requeued once however often it is clicked, and discarded.</summary>
public sealed class DeadLetterHostTests : OnHostFolder
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("Providers__Local__UsdPerSecond", "0.5"), ("Quotas__Cooldown", "00:00:00"), ("Requests__MaxAttempts", "1"),
        ("Providers__Local__FailWords__clumsy", "failed_uncharged"), ("Providers__Local__FailWords__secretive", "failed_unknown"),
    ];

    [Fact]
    public async Task A_dead_letter_is_seen_with_all_of_it_and_two_clicks_send_it_again_once()
    {
        await using var host = await Start(Settings);
        var id = await host.Accepted("a clumsy cat");
        Assert.Equal("dead_lettered", (await host.Ended(id)).GetProperty("error").GetProperty("code").GetString());

        var listed = Assert.Single((await host.AsOperator(HttpMethod.Get, "dead-letters?stopped_at=queued&charged=no&client=local")).GetProperty("dead_letters").EnumerateArray());
        Assert.Equal((id, 0.5m), (listed.GetProperty("id").GetString(), listed.GetProperty("price_usd").GetDecimal()));
        Assert.Equal(0, (await host.AsOperator(HttpMethod.Get, "dead-letters?charged=unknown")).GetProperty("dead_letters").GetArrayLength());
        var history = await host.AsOperator(HttpMethod.Get, $"dead-letters/{id}");
        Assert.Equal("a clumsy cat", history.GetProperty("prompt").GetString());
        var round = Assert.Single(history.GetProperty("rounds").EnumerateArray());
        Assert.Equal(("no", 1), (round.GetProperty("charge").GetProperty("charged").GetString(), round.GetProperty("sent").GetArrayLength()));
        Assert.Equal(JsonValueKind.String, round.GetProperty("stages").GetProperty("running").ValueKind);
        Assert.Single(history.GetProperty("jobs").EnumerateArray());

        // The ledger is told after the ending; until then the round is owed and does not give way to another.
        await Eventually.Get("its money is given back", async () =>
            (await host.AsOperator(HttpMethod.Get, $"dead-letters/{id}")).GetProperty("money")[0].GetProperty("state").GetString() == "released" ? "yes" : null);
        var clicks = await Task.WhenAll(Click(host, id, "requeue", ""), Click(host, id, "requeue", ""));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity], clicks.Select(c => c.Status).Order());
        var again = clicks.Single(c => c.Status == HttpStatusCode.OK).Body.GetProperty("video").GetProperty("id").GetString()!;
        Assert.NotEqual(id, again);
        Assert.Equal("not_requeued", clicks.Single(c => c.Status != HttpStatusCode.OK).Body.GetProperty("code").GetString());
        await host.Ended(again);
        Assert.Equal(2, host.ProviderLog.Count(entry => entry.GetProperty("what").GetString() == "submit"));
        Assert.Equal(HttpStatusCode.NotFound, (await Click(host, "video_v-nobody_1", "requeue", "")).Status);

        var page = await host.AsOperator(HttpMethod.Get, "dead-letters?limit=1");
        Assert.Equal(again, page.GetProperty("dead_letters")[0].GetProperty("id").GetString());
        var next = page.GetProperty("next").GetString();
        Assert.Equal(id, (await host.AsOperator(HttpMethod.Get, $"dead-letters?limit=1&before={next}")).GetProperty("dead_letters")[0].GetProperty("id").GetString());
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task What_nobody_finds_out_is_discarded_once_and_counts_as_spent()
    {
        await using var host = await Start(Settings);
        var id = await host.Accepted("a secretive cat");
        Assert.Equal("unknown", (await host.Ended(id)).GetProperty("charged").GetString());

        Assert.Equal(HttpStatusCode.OK, (await Click(host, id, "discard", """{"reason":"The provider is gone."}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Click(host, id, "discard", """{"reason":"Another reason."}""")).Status);

        var round = (await host.AsOperator(HttpMethod.Get, $"dead-letters/{id}")).GetProperty("rounds")[0];
        Assert.Equal("The provider is gone.", round.GetProperty("discarded").GetString());
        await Eventually.Get("it counts as spent", async () =>
            (await host.AsOperator(HttpMethod.Get, $"dead-letters/{id}")).GetProperty("money")[0].GetProperty("state").GetString() == "spent" ? "yes" : null);
        Assert.Equal(0.5m, (await host.AsOperator(HttpMethod.Get, "costs?by=")).GetProperty("total").GetProperty("spent").GetProperty("usd").GetDecimal());
        Assert.Equal(0, await host.Stop());
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Click(RunningHost host, string id, string what, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/api/admin/dead-letters/{id}/{what}", UriKind.Relative))
        {
            Headers = { Authorization = new("Bearer", host.OperatorsKey) },
            Content = new StringContent(body),
        };
        using var answer = await host.Http.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
