using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host with a route over accounts at two providers: the second is asked with proof alone.</summary>
public sealed class RouteHostTests(FakeProvider first) : OnHostFolder, IClassFixture<FakeProvider>
{
    private readonly string key = Providers.Account.NewKey();

    [Fact]
    public async Task Where_the_first_account_proves_no_job_the_second_makes_the_video_and_where_it_loses_the_answer_nobody_does()
    {
        var second = new FakeProvider();
        await second.InitializeAsync();
        try
        {
            await first.Faults(
                new { On = "submit", Do = "answer", Status = 400, Body = """{"error":{"code":"billing_hard_limit_reached","message":"Enough."}}""" },
                new { On = "submit", Do = "reset" });
            await using var host = await RunningHost.Start(Folder, Settings(second));

            var made = await Asked(host, "alice");
            var ended = await host.Ended(made);
            Assert.True(ended.GetProperty("status").GetString() == "completed", ended.ToString());
            Assert.Equal(("way", "yes"), (ended.GetProperty("model").GetString(), ended.GetProperty("charged").GetString()));
            Assert.Equal((1, 1), (Posts(first, made), Posts(second, made)));
            var spent = (await host.AsOperator(HttpMethod.Get, "costs?by=provider")).ToString();
            Assert.Contains("\"there\"", spent, StringComparison.Ordinal);
            Assert.DoesNotContain("\"here\"", spent, StringComparison.Ordinal);

            var lost = await Asked(host, "bob");
            ended = await host.Ended(lost);
            Assert.Equal(("failed", "unknown"), (ended.GetProperty("status").GetString(), ended.GetProperty("charged").GetString()));
            Assert.Equal((1, 0), (Posts(first, lost), Posts(second, lost)));
            Assert.Equal(lost, await Asked(host, "bob")); // Held: asking again is the same video.

            var round = (await host.AsOperator(HttpMethod.Get, $"dead-letters/{made}")).GetProperty("rounds")[0];
            Assert.Equal(("there", "far"), (round.GetProperty("provider").GetString(), round.GetProperty("served_by").GetString()));
            var left = Assert.Single(round.GetProperty("left").EnumerateArray());
            Assert.Equal(("here", "no_job", 1), (left.GetProperty("provider").GetString(), left.GetProperty("why").GetString(), left.GetProperty("last_attempt").GetInt32()));
            Assert.Equal((1, 0), (Posts(first, lost), Posts(second, lost)));
            Assert.Equal(0, await host.Stop());
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    private (string, string)[] Settings(FakeProvider second) =>
    [
        ("Quotas__Cooldown", "00:00:00"),
        .. AccountAt("here", first), .. AccountAt("there", second), .. Model("near", "here"), .. Model("far", "there"),
        ("Catalogue__Models__way__Route__0", "near"), ("Catalogue__Models__way__Route__1", "far"), ("Catalogue__Models__way__MaxUsd", "1"), ("Catalogue__DefaultModel", "way"),
    ];

    private IEnumerable<(string, string)> AccountAt(string name, FakeProvider fake) =>
    [
        ($"Providers__Accounts__{name}__Type", "openai_videos"), ($"Providers__Accounts__{name}__BaseUrl", $"{fake.Address}/v1"), ($"Providers__Accounts__{name}__ApiKey", key),
    ];

    private static IEnumerable<(string, string)> Model(string name, string account) =>
    [
        ($"Catalogue__Models__{name}__Provider", account), ($"Catalogue__Models__{name}__UsdPerSecond", "0.10"),
        ($"Catalogue__Models__{name}__Sizes__0", "320x180"), ($"Catalogue__Models__{name}__Seconds__0", "1"),
    ];

    private static async Task<string> Asked(RunningHost host, string user)
    {
        var (answer, body) = await host.Ask(new { prompt = "A small red boat", user });
        using (answer) Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static int Posts(FakeProvider fake, string id)
    {
        Assert.True(VideoId.TryParse(id, out var video));
        return fake.Log.Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST"
            && FakeProvider.Text(line, "mark")!.Contains(video.RequestKey, StringComparison.Ordinal));
    }
}
