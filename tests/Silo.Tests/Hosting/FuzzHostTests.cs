using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>Whatever anybody sends, the host answers: with what its document says, in the documented envelope, and never because something broke.</summary>
public sealed class FuzzHostTests(ITestOutputHelper output) : OnHostFolder
{
    private const int Short = 2_000, Long = 20_000, AtOnce = 4;

    /// <summary>Bytes: what the server takes as an address, see README.</summary>
    private const int LongestAddress = 65_000;

    /// <summary>Longer than anything that is asked to wait.</summary>
    private static readonly TimeSpan Hangs = TimeSpan.FromSeconds(40);

    private static int Count => Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? Long : Short;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("VIDEOGEN_SEED"), out var seed) ? seed : 1;

    [Fact]
    public async Task Every_answer_to_whatever_is_sent_is_a_documented_one()
    {
        // A budget for two videos: the rest is judged, and refused for money.
        await using var host = await Start(
            ("Providers__Local__UsdPerSecond", "0.10"), ("Budgets__GlobalDailyUsd", "0.8"), ("Quotas__Cooldown", "00:00:00"), ("Gateway__CallsPerMinute", "1000000"), ("Gateway__FailedCallsPerMinute", "1000000"));
        var made = await host.AsOperator(HttpMethod.Post, "keys", """{"client":"fuzz"}""");
        var key = made.GetProperty("key").GetString()!;
        var document = JsonNode.Parse(await host.Http.GetStringAsync("/openapi.json"))!;
        var fuzz = new WireFuzz(document, Seed);
        var statuses = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        var gate = new Lock();

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            HttpRequestMessage request;
            JsonNode operation;
            string path;
            lock (gate) (request, operation, path) = fuzz.Next();
            using (request)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", path.StartsWith("/api/admin", StringComparison.Ordinal) ? host.OperatorsKey : key);
                var (status, trouble) = await Tried(host.Http, request, operation, path);
                lock (gate)
                {
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                    if (trouble is not null && wrong.Count < 10) wrong.Add($"{number}: {request.Method} {Brief(request.RequestUri!.ToString())}: {trouble}");
                }
            }
        });

        output.WriteLine($"{Count} requests of seed {Seed}: {string.Join(", ", statuses.Select(status => $"{status.Key} {status.Value}"))}");
        Assert.True(wrong.Count == 0, $"{string.Join("\n", wrong)}\n{string.Join("\n", host.Output.Where(line => line.Contains("Exception", StringComparison.Ordinal)).Select(Brief).Take(5))}");
        Assert.True(statuses.GetValueOrDefault("200") > Count / 20, "Next to nothing was right, so next to nothing was tried.");
        Assert.True(statuses.GetValueOrDefault("400") > Count / 5, "Next to nothing was wrong.");
        Assert.Equal(0, await host.Stop());
    }

    private static async Task<(string Status, string? Trouble)> Tried(HttpClient http, HttpRequestMessage request, JsonNode operation, string path)
    {
        using var hangs = new CancellationTokenSource(Hangs);
        try
        {
            // A stream is not read to its end.
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, hangs.Token);
            var status = ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            // The server itself answers these, before it looks for a route.
            if (status == "414" && request.RequestUri!.AbsoluteUri.Length > LongestAddress) return (status, null);
            if (operation["responses"]![status] is not { } documented) return (status, $"{status} is not documented");
            if ((int)answer.StatusCode < 400) return (status, null);
            if ((int)answer.StatusCode >= 500) return (status, $"{status} to {Brief(request.Content is null ? "no body" : await request.Content.ReadAsStringAsync(hangs.Token))}");
            if (request.Method == HttpMethod.Head) return (status, null);
            return (status, Undocumented(await answer.Content.ReadAsStringAsync(hangs.Token), documented, path));
        }
        catch (OperationCanceledException)
        {
            return ("none", $"no answer within {Hangs}");
        }
        catch (HttpRequestException exception)
        {
            return ("none", exception.Message);
        }
    }

    private static string? Undocumented(string body, JsonNode documented, string path)
    {
        if (body.Length == 0) return "a refusal without a body";
        var json = JsonNode.Parse(body)!;
        var refusal = path.StartsWith("/v1", StringComparison.Ordinal) ? json["error"] : json;
        if ((string?)refusal?["code"] is not { } code) return $"no code in {Brief(body)}";
        if ((string?)refusal[path.StartsWith("/v1", StringComparison.Ordinal) ? "message" : "detail"] is not { Length: > 10 }) return $"no sentence in {Brief(body)}";
        return documented["content"]!.AsObject().Any(content => content.Value!["examples"]?[code] is not null) ? null : $"{code} is not documented";
    }

    private static string Brief(string text) => text.Length > 300 ? text[..300] + "…" : text;
}
