using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VideoGen.Silo.Tests.Architecture;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>The door as a process of its own: what it does while its cluster is there, and what it says while it is not.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class GatewayTests(ITestOutputHelper output)
{
    /// <summary>As the door says how long an ask may take, and a little.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [ClusterFact]
    public async Task A_gateway_loses_its_only_silo_and_finds_the_next_one_by_itself()
    {
        await using var cluster = await StartOneSilo();
        await using var gateway = await Start(cluster, "gateway");
        await Ready(gateway);

        var id = await gateway.Accepted("a video through a gateway");
        var ended = await gateway.Ended(id);
        Assert.True(ended.GetProperty("status").GetString() == "completed", $"{ended}\n{cluster.Story}");
        using (var content = await gateway.Http.GetAsync(new Uri($"/v1/videos/{id}/content", UriKind.Relative)))
        {
            Assert.Equal("video/mp4", content.Content.Headers.ContentType!.MediaType);
            Assert.True((await content.Content.ReadAsByteArrayAsync()).Length > 1000);
        }

        var list = await gateway.Http.GetFromJsonAsync<JsonElement>("/v1/videos");
        Assert.Equal(id, Assert.Single(list.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(1, (await gateway.Stats()).GetProperty("stats").GetProperty("total_videos").GetInt32());

        await cluster.Silos[0].Kill();
        Assert.Contains("No silo of cluster 'videogen' answers", await NotReady(gateway), StringComparison.Ordinal);
        await Asked(gateway, "outcome_unknown");

        await cluster.StartSilo(0);
        await Ready(gateway);
        Assert.Equal(id, await gateway.Accepted("a video through a gateway"));
        Assert.Equal("completed", (await gateway.Ended(await gateway.Accepted("another one, after the silo died"))).GetProperty("status").GetString());
        Assert.Equal(0, await gateway.Stop());
    }

    [ClusterFact]
    public async Task Asks_that_are_under_way_when_the_silo_dies_are_answered_in_time_and_none_is_paid_twice()
    {
        const int Asks = 30;
        await using var cluster = await StartOneSilo();
        await using var gateway = await Start(cluster, "gateway");
        await Ready(gateway);

        // Killed once the first has been answered, so that it is among them.
        var asking = Enumerable.Range(1, Asks).Select(n => Timed(gateway, $"asked for while the silo dies, number {n}")).ToList();
        await Task.WhenAny(asking);
        await cluster.Silos[0].Kill();
        var answers = await Task.WhenAll(asking);
        output.WriteLine(string.Join(", ", answers.GroupBy(a => a.Code).Select(g => $"{g.Key}: {g.Count()}, slowest {g.Max(a => a.Took.TotalSeconds):0.0} s")));
        Assert.All(answers, a => Assert.Contains(a.Code, new[] { "accepted", "outcome_unknown" }));
        Assert.All(answers, a => Assert.True(a.Took < Bound, $"{a.Code} took {a.Took}"));

        await cluster.StartSilo(0);
        await Ready(gateway);
        foreach (var n in Enumerable.Range(1, Asks))
        {
            var id = await gateway.Accepted($"asked for while the silo dies, number {n}");
            Assert.Equal("completed", (await gateway.Ended(id)).GetProperty("status").GetString());
            Assert.Equal(1, cluster.PaidFor(id));
        }
    }

    [ClusterFact]
    public async Task A_gateway_that_starts_without_silos_listens_at_once_and_says_what_is_missing()
    {
        await using var cluster = await StartOneSilo();
        Assert.Equal(0, await cluster.Silos[0].Stop()); // It has prepared the database, and is gone.

        await using var gateway = await Start(cluster, "gateway");
        Assert.Contains("No silo of cluster 'videogen' has answered yet", await NotReady(gateway), StringComparison.Ordinal);
        await Asked(gateway, "unavailable");
        Assert.Equal(0, (await gateway.Stats()).GetProperty("stats").GetProperty("total_videos").GetInt32());

        await cluster.StartSilo(0);
        await Ready(gateway);
        await gateway.Accepted("the first one");
    }

    [ClusterFact]
    public async Task A_pause_through_one_gateway_is_seen_at_another_and_needs_no_silo()
    {
        const string Shared = "one key for all of them";
        await using var cluster = await StartOneSilo();
        Assert.Equal(0, await cluster.Silos[0].Stop());
        await using var one = await Start(cluster, "one");
        await using var other = await Start(cluster, "other", ("Operator__KeySha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Shared)))));

        await one.AsOperator(HttpMethod.Post, "pause", """{"scope":"global","reason":"Stop."}""");

        var seen = await other.AsOperator(HttpMethod.Get, "pauses", key: Shared);
        Assert.Equal("Stop.", Assert.Single(seen.GetProperty("pauses").EnumerateArray()).GetProperty("reason").GetString());
        Assert.Equal(0, (await other.AsOperator(HttpMethod.Get, "costs", key: Shared)).GetProperty("lines").GetArrayLength());
        Assert.Equal([one.OperatorsKey], [.. Directory.GetFiles(cluster.Folder, "operator.key", SearchOption.AllDirectories).Where(f => f.Contains("/one/", StringComparison.Ordinal) || f.Contains("/other/", StringComparison.Ordinal)).Select(f => File.ReadAllText(f).Trim())]);
    }

    [ClusterFact]
    public async Task Without_a_cluster_it_stops_when_it_is_told_to()
    {
        await using var cluster = await StartOneSilo();
        await cluster.Silos[0].Kill();
        await using var gateway = await Start(cluster, "gateway");

        Assert.Equal(0, await gateway.Stop());
    }

    [ClusterFact]
    public async Task A_silo_without_a_door_has_health_and_metrics_alone()
    {
        await using var cluster = await StartOneSilo();
        var silo = cluster.Silos[0];

        foreach (var (path, status) in new[] { ("/health/ready", 200), ("/health/live", 200), ("/metrics", 200), ("/v1/videos", 404), ("/api/stats", 404) })
        {
            using var answer = await silo.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((path, status), (path, (int)answer.StatusCode));
        }
    }

    [ClusterTheory]
    [InlineData("ConnectionStrings__VideoGen", "", "A gateway needs the database of its cluster: set ConnectionStrings:VideoGen")]
    [InlineData("Store__Folder", "another", "so no host with grains saves its videos there. Let Store:Folder name the folder that they share")]
    [InlineData("Catalogue__DefaultModel", "nope", "DefaultModel must be one of: ")]
    [InlineData("Cluster__MaxConnections", "5", "MaxConnections")]
    [InlineData("Clients__bot__KeySha256", "vg_abc", "must be the SHA-256 of the key")]
    public async Task A_gateway_that_cannot_work_says_why_and_does_not_start(string option, string value, string sentence)
    {
        await using var cluster = await StartOneSilo();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(cluster, "gateway", (option, option == "Store__Folder" ? Path.Combine(cluster.Folder, value) : value)));

        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>One silo without a door, on the same two ports from one start to the next.</summary>
    private static Task<ClusterUnderTest> StartOneSilo()
    {
        var ports = ClusterUnderTest.FreePorts(2);
        return ClusterUnderTest.Start(1, ("Cluster__Door", "false"), ("Dashboard__Url", ""), ("Cluster__SiloPort", ports[0]), ("Cluster__GatewayPort", ports[1]));
    }

    private static Task<RunningHost> Start(ClusterUnderTest cluster, string name, params (string Name, string Value)[] own) => RunningHost.StartBuild(
        Path.Combine(TidyTests.Repository, "Gateway", "bin", "Orleans", "Release", "net10.0", "VideoGen.Gateway.dll"),
        Directory.CreateDirectory(Path.Combine(cluster.Folder, name)).FullName,
        [
            ("ConnectionStrings__VideoGen", cluster.ConnectionString),
            ("Store__Folder", Path.Combine(cluster.Folder, "videos")),
            ("Store__Inputs", Path.Combine(cluster.Folder, "inputs")),
            .. own,
        ]);

    private static Task Ready(RunningHost gateway) => Eventually.Get("the gateway is ready", async () =>
    {
        using var answer = await gateway.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode ? "yes" : null;
    });

    private static Task<string> NotReady(RunningHost gateway) => Eventually.Get("the gateway says that it is not ready", async () =>
    {
        using var answer = await gateway.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return null;
        var checks = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").EnumerateArray();
        var wrong = Assert.Single(checks, check => !check.GetProperty("ok").GetBoolean());
        Assert.Equal("cluster", wrong.GetProperty("name").GetString());
        return wrong.GetProperty("what_to_do").GetString();
    });

    private static async Task Asked(RunningHost gateway, string code)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (answer, body) = await gateway.Ask(new { prompt = "nobody is there", size = "320x180", seconds = 1 });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, code), (answer.StatusCode, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("false", Assert.Single(answer.Headers.GetValues("x-should-retry")));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Bound, "It took too long.");
    }

    private static async Task<(string Code, TimeSpan Took)> Timed(RunningHost gateway, string prompt)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (answer, body) = await gateway.Ask(new { prompt, size = "320x180", seconds = 1 });
        return (answer.IsSuccessStatusCode ? "accepted" : body.GetProperty("error").GetProperty("code").GetString()!, TimeProvider.System.GetElapsedTime(began));
    }
}
