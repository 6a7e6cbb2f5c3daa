using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>
/// The kill switch at the real host, while it sends as many videos as it can to providers over HTTP: those that wait for their paused
/// accounts all go when the pause is lifted, and people go on asking.
/// </summary>
public sealed class PauseUnderLoadTests(FakeProvider fake, ITestOutputHelper output) : OnHostFolder, IClassFixture<FakeProvider>
{
    private const int Waiting = 1_200, AsksAtOnce = 48, AsksMeanwhile = 4, SentBeforeThePause = 400, LeastStopped = 200, MostDrains = 8, Connections = 40;
    private const decimal Usd = 0.10m;

    private static readonly TimeSpan MostAsking = TimeSpan.FromSeconds(15);

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
    private int asked;

    [Fact]
    public async Task After_the_answer_to_a_pause_nothing_is_sent_and_its_drain_says_of_each_video_what_the_provider_says()
    {
        await using var host = await RunningHost.Start(Folder, [RunningHost.On(await Database(), Connections), .. Settings]);
        foreach (var account in keys.Keys) await host.AsOperator(HttpMethod.Post, "pause", Body($"provider:{account}"));
        var began = TimeProvider.System.GetTimestamp();
        await Asking(host, AsksAtOnce, () => asked < Waiting && TimeProvider.System.GetElapsedTime(began) < MostAsking); // As many as a slow machine takes.
        Assert.Equal(0, Posts);
        foreach (var account in keys.Keys) await host.AsOperator(HttpMethod.Post, "resume", $$"""{"scope":"provider:{{account}}"}""");
        var load = Asking(host, AsksMeanwhile, () => answers.Count(IsPaused) < AsksMeanwhile);
        var most = Math.Min(SentBeforeThePause, answers.Count / 2);
        await Eventually.Holds($"{most} videos are sent", () => Posts >= most);
        var pausedAt = TimeProvider.System.GetUtcNow();

        var pause = host.AsOperator(HttpMethod.Post, "pause", Body("global"));
        var delay = Delay(pause);
        await pause;
        var answeredAt = TimeProvider.System.GetUtcNow();
        var lastLook = await LastLook();
        var videos = await Drain(host);

        await load;
        var log = fake.Log;
        var posts = log.Where(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST").Select(At).Order().ToList();
        Tell(posts, pausedAt, answeredAt, await delay);

        // By the database's own clock nothing was let through since the pause is a row, a second before its answer. The provider writes down
        // when it has come to a submit: on a busy machine that is later than it left, by no more than calls of ours took meanwhile.
        Assert.True(lastLook < answeredAt - Budgets.IPauses.Settle, $"A submit was let through at {lastLook:O}, and the pause was answered at {answeredAt:O}.");
        Assert.Equal(lastLook, await LastLook());
        Assert.True(posts[^1] < answeredAt + await delay, $"A submit came at {posts[^1]:O}, and the pause was answered at {answeredAt:O}.");
        Assert.All(answers, answer => Assert.True(IsAccepted(answer) || IsPaused(answer), answer.ToString()));

        // Something was in the way of the pause, of each kind.
        var jobs = log.Where(line => line.TryGetProperty("made", out _)).ToDictionary(line => KeyOf(line), StringComparer.Ordinal);
        Assert.True(videos.Count >= LeastStopped, $"{videos.Count} videos were on their way.");
        var said = videos.Select(video => Said(video.Key, video.Value, jobs, log)).ToList();
        foreach (var kind in said.GroupBy(word => word, StringComparer.Ordinal)) output.WriteLine($"{kind.Key}: {kind.Count()}");
        Assert.Superset(new HashSet<string>(["was not sent", "stopped at the provider", "goes on", "had ended at the provider"]), said.ToHashSet(StringComparer.Ordinal));

        // Job by job: all that the provider has is in the report, but what had ended before.
        foreach (var id in answers.Where(IsAccepted).Select(answer => answer.Body.GetProperty("id").GetString()!).Except(videos.Keys, StringComparer.Ordinal))
        {
            var video = await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{id}");
            Assert.True((video.GetProperty("status").GetString(), video.GetProperty("charged").GetString()) == ("failed", jobs.ContainsKey(RequestOf(id)) ? "unknown" : "no"), video.ToString());
        }

        Assert.Equal(posts.Count, Posts);
        Assert.Equal(0, await host.Stop());
    }

    // The slowest of the calls that the provider answers while something goes on.
    private async Task<TimeSpan> Delay(Task meanwhile)
    {
        using var http = new HttpClient();
        var slowest = TimeSpan.Zero;
        do
        {
            var began = TimeProvider.System.GetTimestamp();
            using var answer = await http.GetAsync(new Uri($"{fake.Address}/v1/videos/none"));
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took > slowest) slowest = took;
        }
        while (!meanwhile.IsCompleted);
        return slowest;
    }

    private async Task<DateTimeOffset> LastLook()
    {
        await using var command = (await Database()).DataSource.CreateCommand("select max(at) from videogen.submits");
        return new((DateTime)(await command.ExecuteScalarAsync())!);
    }

    // Until there is no more, and nothing that a provider has not answered for: a call takes a thousand, and waits 20 s. What a video was
    // last said to have become.
    private static async Task<Dictionary<string, JsonElement>> Drain(RunningHost host)
    {
        var videos = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var call = 0; call < MostDrains; call++)
        {
            var drain = (await host.AsOperator(HttpMethod.Post, "pause", Body("global", drain: true))).GetProperty("drain");
            var (sum, total) = (default((decimal, decimal, decimal, decimal)), Money(drain.GetProperty("total")));
            foreach (var video in drain.GetProperty("videos").EnumerateArray())
            {
                videos[video.GetProperty("id").GetString()!] = video;
                var usd = Money(video.GetProperty("usd"));
                sum = (sum.Item1 + usd.Reserved, sum.Item2 + usd.Spent, sum.Item3 + usd.Released, sum.Item4 + usd.AtRisk);
            }

            Assert.Equal(sum, total);
            if (!drain.GetProperty("more").GetBoolean() && drain.GetProperty("counts").GetProperty("cancelling").GetInt32() == 0) return videos;
        }

        throw new TimeoutException($"There is more after {MostDrains} drains.");
    }

    // How fast it was: a figure, and no more than that, because the machine is shared.
    private void Tell(List<DateTimeOffset> posts, DateTimeOffset pausedAt, DateTimeOffset answeredAt, TimeSpan delay)
    {
        var before = posts.Where(at => at <= pausedAt).ToList();
        var fastest = before.Select((at, index) => before.Skip(index).TakeWhile(later => later < at + TimeSpan.FromSeconds(1)).Count()).Max();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{before.Count / (pausedAt - before[0]).TotalSeconds:0} submits a second, {fastest} in the fastest; {posts.Count - before.Count} after the pause was asked for, the last {(posts[^1] - pausedAt).TotalMilliseconds:0} ms after that, its answer {(answeredAt - pausedAt).TotalMilliseconds:0} ms; a call of the provider took {delay.TotalMilliseconds:0} ms at most"));
    }

    // What the report says of one, which must be what the provider says.
    private static string Said(string id, JsonElement video, Dictionary<string, JsonElement> jobs, IReadOnlyList<JsonElement> log)
    {
        var (outcome, money) = (video.GetProperty("outcome").GetString(), Money(video.GetProperty("usd")));
        var (expected, what) = !jobs.TryGetValue(RequestOf(id), out var job) ? ("cancelled", "was not sent")
            : WasStopped(job, log) ? ("cancelled", "stopped at the provider")
            : job.GetProperty("made").GetProperty("ends_at").GetDateTimeOffset() <= TimeProvider.System.GetUtcNow() ? ("not_cancelled", "had ended at the provider")
            : ("not_cancelled", "goes on");

        // Its submit was answered after it was listed, and ended it: refused, or lost.
        if (outcome == "already_ended") (expected, what) = ("already_ended", "ended by itself");
        var held = expected == "already_ended" ? (0m, 0m, job.ValueKind == JsonValueKind.Undefined ? Usd : 0, job.ValueKind == JsonValueKind.Undefined ? 0 : Usd)
            : expected == "cancelled" ? (0m, 0m, Usd, 0m) : (Usd, 0m, 0m, 0m);
        Assert.True((outcome, money) == (expected, held), $"It {what}, and this is said: {video}");
        return what;
    }

    private static (decimal Reserved, decimal Spent, decimal Released, decimal AtRisk) Money(JsonElement usd) =>
        (usd.GetProperty("reserved").GetDecimal(), usd.GetProperty("spent").GetDecimal(), usd.GetProperty("released").GetDecimal(), usd.GetProperty("at_risk").GetDecimal());

    private int Posts => fake.Lines.Count(line => line.Contains("\"arrived\"", StringComparison.Ordinal) && line.Contains("\"POST\"", StringComparison.Ordinal));

    private static bool WasStopped(JsonElement job, IReadOnlyList<JsonElement> log) =>
        log.Any(line => FakeProvider.Text(line, "decided") == "cancelled" && FakeProvider.Text(line, "job_id") == FakeProvider.Text(job, "job_id"));

    private static string KeyOf(JsonElement line) => FakeProvider.Text(line, "mark") is { } mark ? mark[(mark.IndexOf("-v-", StringComparison.Ordinal) + 1)..mark.LastIndexOf('-')] : "";

    private static string RequestOf(string id) => VideoId.TryParse(id, out var video) ? video.RequestKey : throw new FormatException(id);

    private static DateTimeOffset At(JsonElement line) => line.GetProperty("at").GetDateTimeOffset();

    private static bool IsAccepted((HttpStatusCode Status, JsonElement Body) answer) => answer.Status == HttpStatusCode.OK;

    private static bool IsPaused((HttpStatusCode Status, JsonElement Body) answer) =>
        answer.Status == HttpStatusCode.Forbidden && answer.Body.GetProperty("error").GetProperty("code").GetString() == "paused";

    // Each of a user of its own, so that no quota stands before the provider.
    private Task Asking(RunningHost host, int atOnce, Func<bool> goesOn) => Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
    {
        while (goesOn())
        {
            var number = Interlocked.Increment(ref asked);
            var (model, words) = Kinds[number % Kinds.Length];
            var (answer, body) = await host.Ask(new { prompt = $"{number} small red boats {words}", model, user = $"user-{number}" });
            using (answer) answers.Add((answer.StatusCode, body));
        }
    }));

    private static string Body(string scope, bool drain = false) => $$"""{"scope":"{{scope}}","reason":"Too many videos.","drain":{{(drain ? "true" : "false")}}}""";

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
