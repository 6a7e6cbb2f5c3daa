using System.Globalization;
using System.Net;
using System.Text;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>Orleans's dashboard: the operator's alone, on a port of its own, and without anything that users said.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class DashboardTests
{
    private const string Begins = "Dashboard of the cluster: ";

    [ClusterFact]
    public async Task It_is_for_who_has_the_operators_key_and_shows_no_state_and_no_trace()
    {
        await using var cluster = await ClusterUnderTest.Start(1, ("Dashboard__Url", "http://127.0.0.1:0"));
        var silo = cluster.Silos[0];
        var line = await Eventually.Get("the silo has said where its dashboard is", () => Task.FromResult(silo.Output.FirstOrDefault(l => l.StartsWith(Begins, StringComparison.Ordinal))));
        var file = Path.Combine(cluster.FolderOf(0), "operator.key");
        var key = (await File.ReadAllTextAsync(file)).Trim();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.DoesNotContain(silo.Output, l => l.Contains(key, StringComparison.Ordinal));

        using var http = new HttpClient { BaseAddress = new Uri(line[Begins.Length..].Split(' ')[0] + "/") };
        Assert.NotEqual(silo.Http.BaseAddress!.Port, http.BaseAddress!.Port);
        string basic = Basic("operator", key), bearer = $"Bearer {key}";
        foreach (var (authorization, path, host, status) in new (string?, string, string?, int)[]
                 {
                     (null, "", null, 401),
                     (Basic("operator", "guessed"), "", null, 401),
                     (Basic("root", key), "", null, 401),
                     ("Basic ?", "", null, 401),
                     ($"Bearer {key}x", "DashboardCounters", null, 401),
                     (basic, "", null, 200),
                     (bearer, "index.min.js", null, 200),
                     (bearer, "DashboardCounters", null, 200),
                     (bearer, "Reminders", null, 200),
                     (bearer, "", "evil.example", 403),
                     (bearer, "", "localhost:1", 200),
                     (bearer, "Trace", null, 403),
                     (bearer, "GrainState?grainId=v-x&grainType=VideoGen.Grains.Requests.VideoRequestGrain", null, 403),
                     (bearer, "grainstate/", null, 403),
                     (bearer, "/v1/videos", null, 404),
                     (bearer, "/health/live", null, 404),
                     (bearer, "/metrics", null, 404),
                 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            if (host is not null) request.Headers.Host = host;
            using var answer = await http.SendAsync(request);
            Assert.Equal((authorization, path, host, status), (authorization, path, host, (int)answer.StatusCode));
            if (status == 401) Assert.StartsWith("Basic realm=", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            if (path == "") Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        }

        using var atDoor = new HttpRequestMessage(HttpMethod.Get, new Uri("/dashboard/", UriKind.Relative));
        atDoor.Headers.TryAddWithoutValidation("Authorization", basic);
        using var notThere = await silo.Http.SendAsync(atDoor);
        Assert.Equal(HttpStatusCode.NotFound, notThere.StatusCode);
        Assert.Equal(0, await silo.Stop());
    }

    [ClusterFact]
    public async Task An_address_that_was_asked_for_and_is_taken_is_refused_with_what_to_do()
    {
        await using var cluster = await ClusterUnderTest.Start(1, ("Dashboard__Url", ""));
        var taken = cluster.Silos[0].Http.BaseAddress!.Port.ToString(CultureInfo.InvariantCulture);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.StartSilo(1, ("Dashboard__Url", $"http://127.0.0.1:{taken}")));

        Assert.Contains("It is the dashboard's: Dashboard:Url names another address", refused.Message, StringComparison.Ordinal);
    }

    private static string Basic(string user, string password) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";
}
