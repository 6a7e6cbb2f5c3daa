using System.Globalization;
using System.Text;
using System.Text.Json;

namespace VideoGen.Bench;

/// <summary>So many connections that each send one request after another, and how long each took.</summary>
internal sealed class Load(Uri address, int connections) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };

    public static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    /// <param name="prompt">The prompt.</param>
    /// <param name="user">Who asks; null: nobody says.</param>
    public static HttpRequestMessage Ask(string prompt, string? user = null) => new(HttpMethod.Post, "/v1/videos")
    {
        Content = new StringContent(
            user is null ? $$"""{"prompt":"{{prompt}}"}""" : $$"""{"prompt":"{{prompt}}","user":"{{user}}","size":"320x180","seconds":1}""",
            Encoding.UTF8,
            "application/json"),
    };

    /// <summary>One round. Every answer must be a success: a refusal is quick and would count as speed.</summary>
    public Task<Measured> Run(TimeSpan time, Func<HttpRequestMessage> next)
    {
        var started = TimeProvider.System.GetTimestamp();
        return Run(() => TimeProvider.System.GetElapsedTime(started) < time ? next() : null);
    }

    /// <summary>So many, and no more.</summary>
    /// <param name="count">How many.</param>
    /// <param name="next">The next one by its number, from 1.</param>
    public Task<Measured> Run(int count, Func<int, HttpRequestMessage> next)
    {
        var number = 0;
        return Run(() => Interlocked.Increment(ref number) is var mine && mine <= count ? next(mine) : null);
    }

    /// <summary>Asks for a video and waits until it is made.</summary>
    public async Task Make(string prompt, string? user = null)
    {
        using var ask = await http.SendAsync(Ask(prompt, user));
        var video = JsonDocument.Parse(await ask.Content.ReadAsStringAsync()).RootElement;
        if (!ask.IsSuccessStatusCode) throw new InvalidOperationException($"A video was not accepted: {video}");
        var id = video.GetProperty("id").GetString();
        for (var look = 0; look < 20; look++)
        {
            video = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/v1/videos/{id}?wait=59", UriKind.Relative))).RootElement;
            if (video.GetProperty("status").GetString() == "completed") return;
        }

        throw new InvalidOperationException($"A video did not come: {video}");
    }

    public static string Numbered(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"{what}-{number}");

    public void Dispose() => http.Dispose();

    private async Task<Measured> Run(Func<HttpRequestMessage?> next)
    {
        var started = TimeProvider.System.GetTimestamp();
        var took = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>();
            while (next() is { } request)
            {
                using (request)
                {
                    var sent = TimeProvider.System.GetTimestamp();
                    using var answer = await http.SendAsync(request);
                    var body = await answer.Content.ReadAsStringAsync();
                    if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{request.RequestUri} was answered {answer.StatusCode}: {body}");
                    mine.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
                }
            }

            return mine;
        })));
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var sorted = took.SelectMany(mine => mine).Order().ToArray();
        return new(sorted.Length / seconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], sorted.Length);
    }
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

    /// <summary>The figure in the middle of those of all rounds.</summary>
    public static double Middle<T>(IReadOnlyCollection<T> rounds, Func<T, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
}
