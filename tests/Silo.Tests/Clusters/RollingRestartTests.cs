using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>Silos that are stopped and started again, one after the other, while people ask.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Askers = 3, Recent = 5, Rounds = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200), NewPromptEvery = TimeSpan.FromSeconds(2), Bound = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<string, string> accepted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> wrong = new();
    private readonly long began = TimeProvider.System.GetTimestamp();
    private int asked;

    [ClusterFact]
    public async Task A_rolling_restart_under_load_loses_nothing_and_answers_only_as_it_should()
    {
        await using var cluster = await ClusterUnderTest.Start(2);
        using var enough = new CancellationTokenSource();
        var asking = Task.WhenAll(Enumerable.Range(0, Askers).Select(asker => KeepAsking(cluster, new Random(asker), enough.Token)));

        for (var round = 0; round < Rounds; round++)
        {
            for (var number = 0; number < cluster.Silos.Count; number++)
            {
                var before = accepted.Count;
                var since = TimeProvider.System.GetTimestamp();
                Assert.Equal(0, await cluster.Silos[number].Stop());
                var stopped = TimeProvider.System.GetElapsedTime(since);
                await cluster.StartSilo(number);
                Say($"silo {number} stopped in {stopped.TotalSeconds:0.0} s and was there again {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s after its TERM; meanwhile {accepted.Count - before} were accepted");
            }
        }

        await enough.CancelAsync();
        await asking;
        Say($"{asked} asks for {accepted.Count} videos: {string.Join(", ", answers.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Value} {a.Key}"))}");
        Assert.Empty(wrong);
        Assert.True(accepted.Count >= Rounds * cluster.Silos.Count, "Hardly anybody asked.");
        foreach (var id in accepted.Values) await cluster.EndedByItself(id, Bound);
        foreach (var silo in cluster.Silos) await cluster.EachIsAVideoThatWasPaidOnce([.. accepted.Values], silo);
        foreach (var silo in cluster.Silos) Assert.Equal(0, await silo.Stop());
    }

    private async Task KeepAsking(ClusterUnderTest cluster, Random random, CancellationToken enough)
    {
        // A connection for each ask: one that is kept may be closed by the silo at the moment in which it is used again.
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60), DefaultRequestHeaders = { ConnectionClose = true } };
        while (!enough.IsCancellationRequested)
        {
            var newest = (int)(TimeProvider.System.GetElapsedTime(began) / NewPromptEvery);
            var prompt = $"asked while silos come and go, number {Math.Max(0, newest - random.Next(Recent))}";
            var first = random.Next(cluster.Silos.Count);
            // As a balancer does: the next one, where nobody listens.
            for (var next = 0; next < cluster.Silos.Count; next++)
            {
                if (await Ask(http, cluster.Silos[(first + next) % cluster.Silos.Count].Http.BaseAddress!, prompt)) break;
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>False where nobody took the ask.</summary>
    private async Task<bool> Ask(HttpClient http, Uri silo, string prompt)
    {
        Interlocked.Increment(ref asked);
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri(silo, "/v1/videos"), new { prompt, size = "320x180", seconds = 1 });
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (answer.IsSuccessStatusCode)
            {
                Count("accepted");
                var id = body.GetProperty("id").GetString()!;
                if (accepted.GetOrAdd(prompt, id) != id) wrong.Enqueue($"'{prompt}' is {accepted[prompt]} and {id}");
                return true;
            }

            var code = body.GetProperty("error").GetProperty("code").GetString();
            Count($"{(int)answer.StatusCode} {code}");
            var isClean = answer.StatusCode == HttpStatusCode.ServiceUnavailable && code is "outcome_unknown" or "unavailable" && answer.Headers.TryGetValues("x-should-retry", out var retry) && retry.Single() == "false";
            if (!isClean) wrong.Enqueue($"{answer.StatusCode} {body}");
            return true;
        }
        catch (HttpRequestException nobody) when (nobody.HttpRequestError == HttpRequestError.ConnectionError)
        {
            Count("where nobody listened");
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            Count("cut off");
            wrong.Enqueue(e.ToString());
            return false;
        }
    }

    private void Count(string what) => answers.AddOrUpdate(what, 1, (_, count) => count + 1);

    private void Say(FormattableString what) => output.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
