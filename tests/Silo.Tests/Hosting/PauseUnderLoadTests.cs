using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The kill switch at the real host, while two hundred videos a second are asked for and sent to a provider over HTTP.</summary>
public sealed class PauseUnderLoadTests(FakeProvider fake, ITestOutputHelper output) : OnHostFolder, IClassFixture<FakeProvider>
{
    private const int PerSecond = 200, MostUnanswered = 250, Connections = 40, AcceptedFirst = 40, AcceptedBeforeThePause = 450, LeastRefused = 50, LeastInFlight = 200;
    private const decimal Usd = 0.10m;
    private const string PauseAndDrain = """{"scope":"global","reason":"Too many videos.","drain":true}""";

    // What becomes of each of ten: its account, and what its prompt tells the provider.
    private static readonly (string Account, string Words)[] Kinds =
    [
        ("stops", "takes:600000"), ("stops", "takes:600000"), ("stops", "takes:600000"), ("stops", "takes:600000"), ("stops", "takes:600000"),
        ("goes_on", "takes:600000"), ("goes_on", "takes:600000"),
        ("stops", "takes:1"), // Has ended when it is to be stopped, and nobody has asked for it since.
        ("refuses", "fault:policy"),
        ("loses", "fault:answer:503+job"),
    ];

    private readonly Dictionary<string, string> keys = Kinds.Select(kind => kind.Account).Distinct().ToDictionary(account => account, _ => Account.NewKey(), StringComparer.Ordinal);
    private readonly ConcurrentBag<(HttpStatusCode Status, JsonElement Body)> answers = [];
    private int accepted, refused;

    [Fact]
    public async Task After_the_answer_to_a_pause_nothing_is_sent_and_its_drain_says_of_each_video_what_the_provider_says()
    {
        await using var host = await RunningHost.Start(Folder, [RunningHost.On(await Database(), Connections), .. Settings]);
        await Task.WhenAll(Enumerable.Range(1, AcceptedFirst).Select(number => Ask(host, -number))); // What a host does for the first time takes it long.
        await Eventually.Holds("some of the first are sent", () => fake.Log.Any(line => line.TryGetProperty("made", out _)));
        accepted = 0;
        var began = TimeProvider.System.GetTimestamp();
        var load = Load(host);
        await Eventually.Holds($"{AcceptedBeforeThePause} videos are accepted", () => Volatile.Read(ref accepted) >= AcceptedBeforeThePause);
        var took = TimeProvider.System.GetElapsedTime(began);
        var pausedAt = TimeProvider.System.GetUtcNow();

        var (report, answeredAt) = await Pause(host);

        var asked = await load;
        var log = fake.Log;
        var posts = log.Where(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST").ToList();
        var last = posts.Max(At);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{AcceptedBeforeThePause / took.TotalSeconds:0} accepted a second, {posts.Count(post => At(post) <= pausedAt) / took.TotalSeconds:0} submits a second; the last submit {(last - pausedAt).TotalMilliseconds:0} ms after the pause was asked for, its answer {(answeredAt - pausedAt).TotalMilliseconds:0} ms"));
        Assert.True(last < answeredAt, $"A submit came at {last:O}, and the pause was answered at {answeredAt:O}.");

        // A drain begins when a pause without one would have been answered.
        var cancel = log.Where(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "DELETE").Min(At);
        Assert.True(last < cancel, $"A submit came at {last:O}, and the first cancel at {cancel:O}.");
        Assert.All(answers, answer => Assert.True(IsAccepted(answer) || IsPaused(answer), answer.ToString()));
        Assert.Equal(AcceptedFirst + asked, answers.Count);

        // Something was in the way of the pause, of each kind.
        var videos = report.GetProperty("videos").EnumerateArray().ToDictionary(video => video.GetProperty("id").GetString()!, StringComparer.Ordinal);
        var jobs = log.Where(line => line.TryGetProperty("made", out _)).ToDictionary(line => KeyOf(line), StringComparer.Ordinal);
        Assert.True(videos.Count >= LeastInFlight, $"{videos.Count} videos were in flight.");
        var said = videos.Select(video => Said(video.Key, video.Value, jobs, log)).ToList();
        foreach (var kind in said.GroupBy(word => word, StringComparer.Ordinal)) output.WriteLine($"{kind.Key}: {kind.Count()}");
        Assert.Superset(new HashSet<string>(["stopped at the provider", "goes on", "had ended at the provider"]), said.ToHashSet(StringComparer.Ordinal));

        // Job by job: all that the provider has is in the report, but what had ended before. Who was being let in just then is held.
        var late = 0;
        foreach (var id in answers.Where(IsAccepted).Select(answer => answer.Body.GetProperty("id").GetString()!).Except(videos.Keys, StringComparer.Ordinal))
        {
            var video = await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{id}");
            var (status, charged) = (video.GetProperty("status").GetString(), video.GetProperty("charged").GetString());
            Assert.True((status, charged) == (jobs.ContainsKey(RequestOf(id)) ? ("failed", "unknown") : status == "queued" ? ("queued", null) : ("failed", "no")), video.ToString());
            if (status == "queued") late++;
        }

        output.WriteLine($"let in while it was paused, and held: {late}");

        var held = videos.Keys.Where(id => jobs.TryGetValue(RequestOf(id), out var job) && !WasStopped(job, log)).Sum(id => jobs[RequestOf(id)].GetProperty("usd").GetDecimal());
        var total = report.GetProperty("total");
        Assert.Equal((held, 0m, 0m), (total.GetProperty("reserved").GetDecimal(), total.GetProperty("spent").GetDecimal(), total.GetProperty("at_risk").GetDecimal()));
        Assert.Equal((videos.Count * Usd) - held, total.GetProperty("released").GetDecimal());
        Assert.Equal(posts.Count, fake.Log.Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST"));
        Assert.Equal(0, await host.Stop());
    }

    // What the report says of one, which must be what the provider says.
    private static string Said(string id, JsonElement video, Dictionary<string, JsonElement> jobs, IReadOnlyList<JsonElement> log)
    {
        var (outcome, usd) = (video.GetProperty("outcome").GetString(), video.GetProperty("usd"));
        var money = (usd.GetProperty("reserved").GetDecimal(), usd.GetProperty("spent").GetDecimal(), usd.GetProperty("released").GetDecimal(), usd.GetProperty("at_risk").GetDecimal());
        var (expected, what) = !jobs.TryGetValue(RequestOf(id), out var job) ? ("cancelled", "was not sent")
            : WasStopped(job, log) ? ("cancelled", "stopped at the provider")
            : job.GetProperty("made").GetProperty("ends_at").GetDateTimeOffset() <= TimeProvider.System.GetUtcNow() ? ("not_cancelled", "had ended at the provider")
            : ("not_cancelled", "goes on");
        Assert.True((outcome, money) == (expected, expected == "cancelled" ? (0m, 0m, Usd, 0m) : (Usd, 0m, 0m, 0m)), $"It {what}, and this is said: {video}");
        return what;
    }

    private static bool WasStopped(JsonElement job, IReadOnlyList<JsonElement> log) =>
        log.Any(line => FakeProvider.Text(line, "decided") == "cancelled" && FakeProvider.Text(line, "job_id") == FakeProvider.Text(job, "job_id"));

    private static string KeyOf(JsonElement line) => FakeProvider.Text(line, "mark") is { } mark ? mark[(mark.IndexOf("-v-", StringComparison.Ordinal) + 1)..mark.LastIndexOf('-')] : "";

    private static string RequestOf(string id) => VideoId.TryParse(id, out var video) ? video.RequestKey : throw new FormatException(id);

    private static DateTimeOffset At(JsonElement line) => line.GetProperty("at").GetDateTimeOffset();

    private static bool IsAccepted((HttpStatusCode Status, JsonElement Body) answer) => answer.Status == HttpStatusCode.OK;

    private static bool IsPaused((HttpStatusCode Status, JsonElement Body) answer) =>
        answer.Status == HttpStatusCode.Forbidden && answer.Body.GetProperty("error").GetProperty("code").GetString() == "paused";

    // Asks as many as are due, however late, until so many were refused because of the pause; answers how many that were. A machine that
    // is slower than that is not asked for more than one drain takes.
    private async Task<int> Load(RunningHost host)
    {
        var asks = new List<Task>();
        var began = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (Volatile.Read(ref refused) < LeastRefused)
        {
            var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * PerSecond);
            while (asks.Count < due && AcceptedFirst + asks.Count - answers.Count < MostUnanswered) asks.Add(Ask(host, asks.Count));
            await ticks.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(asks);
        return asks.Count;
    }

    // Each of a user of its own, so that no quota stands before the provider.
    private async Task Ask(RunningHost host, int number)
    {
        var (model, words) = Kinds[Math.Abs(number) % Kinds.Length];
        var (answer, body) = await host.Ask(new { prompt = $"{number} small red boats {words}", model, user = $"user-{number}" });
        using (answer) answers.Add((answer.StatusCode, body));
        if (answer.StatusCode == HttpStatusCode.OK) Interlocked.Increment(ref accepted);
        else Interlocked.Increment(ref refused);
    }

    // The clock is read when its answer begins, before its last byte is.
    private static async Task<(JsonElement Drain, DateTimeOffset AnsweredAt)> Pause(RunningHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/admin/pause", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", host.OperatorsKey) },
            Content = new StringContent(PauseAndDrain, Encoding.UTF8, "application/json"),
        };
        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var answeredAt = TimeProvider.System.GetUtcNow();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        var drain = body.GetProperty("drain");
        Assert.False(drain.GetProperty("more").GetBoolean());
        return (drain, answeredAt);
    }

    private (string, string)[] Settings =>
    [
        ("Requests__CheckEvery", "00:05:00"), ("Requests__SubmitWindow", "00:00:05"), ("Requests__SubmitTimeout", "00:00:30"),
        ("Budgets__GlobalDailyUsd", "100000"), ("SpendBreaker__SubmitsPerMinute", "100000"), ("SpendBreaker__StreakUsd", ""), ("Catalogue__DefaultModel", "stops"),
        .. keys.SelectMany(account => (IEnumerable<(string, string)>)
        [
            ($"Providers__Accounts__{account.Key}__Type", "openai_videos"),
            ($"Providers__Accounts__{account.Key}__BaseUrl", $"{fake.Address}/v1"),
            ($"Providers__Accounts__{account.Key}__ApiKey", account.Value),
            ($"Providers__Accounts__{account.Key}__DeleteStops", account.Key == "stops" ? "true" : "false"),
            ($"Catalogue__Models__{account.Key}__Provider", account.Key),
            ($"Catalogue__Models__{account.Key}__UsdPerSecond", FormattableString.Invariant($"{Usd}")),
            ($"Catalogue__Models__{account.Key}__Sizes__0", "320x180"),
            ($"Catalogue__Models__{account.Key}__Seconds__0", "1"),
        ]),
    ];
}
