using System.Text;

namespace VideoGen.Bench;

/// <summary>So many connections that each send one request after another, and how long each took.</summary>
internal sealed class Load(Uri address, int connections) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    public static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    public static HttpRequestMessage Ask(string prompt) =>
        new(HttpMethod.Post, "/v1/videos") { Content = new StringContent($$"""{"prompt":"{{prompt}}"}""", Encoding.UTF8, "application/json") };

    /// <summary>One round. Every answer must be a success: a refusal is quick and would count as speed.</summary>
    public async Task<Measured> Run(TimeSpan time, Func<HttpRequestMessage> next)
    {
        var started = TimeProvider.System.GetTimestamp();
        var took = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>();
            while (TimeProvider.System.GetElapsedTime(started) < time)
            {
                var sent = TimeProvider.System.GetTimestamp();
                using var request = next();
                using var answer = await http.SendAsync(request);
                var body = await answer.Content.ReadAsStringAsync();
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{request.RequestUri} was answered {answer.StatusCode}: {body}");
                mine.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
            }

            return mine;
        })));
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var sorted = took.SelectMany(mine => mine).Order().ToArray();
        return new(sorted.Length / seconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], sorted.Length);
    }

    public void Dispose() => http.Dispose();
}

/// <param name="PerSecond">Answers a second over all connections.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Count">Answers in all.</param>
internal sealed record Measured(double PerSecond, double P50, double P99, int Count)
{
    /// <summary>The round in the middle by speed: one that a busy machine spoilt says nothing.</summary>
    public static Measured Middle(IEnumerable<Measured> rounds)
    {
        var sorted = rounds.OrderBy(round => round.PerSecond).ToArray();
        return sorted[sorted.Length / 2];
    }
}
