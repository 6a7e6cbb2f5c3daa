using System.Globalization;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>
/// kill -9 of the real host at each point around a submit, for each way in which a provider can tell what became of it. Several are killed one
/// after the other on the same data, each at other points, when all has come to its end that the one before it left behind.
/// </summary>
public sealed class KillPointTests(FakeProvider fake, ITestOutputHelper output) : OnHostFolder, IClassFixture<FakeProvider>
{
    /// <summary>Once; ten times with <c>./test --long</c>.</summary>
    public static TheoryData<int> Times => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? 10 : 1)];

    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_host_that_is_killed_at_any_point_of_a_submit_loses_nothing_and_pays_once(int time)
    {
        KillWish[] wishes = [.. from point in KillPoint.Kills.SelectMany(kill => kill) from trait in KillTrait.All where trait.Finds || !point.NeedsFind select new KillWish(point, trait, time)];
        await using var scene = await KillScene.Prepare(fake, Folder, wishes);
        KillWish[] killed = [];
        foreach (var kill in KillPoint.Kills)
        {
            var began = TimeProvider.System.GetTimestamp();
            await using var host = await scene.Start(kill);
            var started = TimeProvider.System.GetElapsedTime(began);
            await HaveEndedAsTheyShould(host, killed);
            var ended = TimeProvider.System.GetElapsedTime(began);
            foreach (var point in kill) await point.Reach(scene, host, [.. wishes.Where(wish => wish.Point == point)]);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"started in {started.TotalSeconds:0.0} s; what was left behind had ended after {ended.TotalSeconds:0.0} s; at {string.Join(", ", kill.Select(point => point.Slug))} after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s"));
            await host.Kill();
            await scene.LetGo();
            killed = [.. wishes.Where(wish => kill.Contains(wish.Point))];
            foreach (var wish in killed) await WasThere(scene, wish);
        }

        await using var last = await scene.Start([]);
        await HaveEndedAsTheyShould(last, killed);
        await Eventually.Get("all money is settled", async () => (await scene.Rows("select count(*) from videogen.funds where state = 'reserved'", row => row.GetInt64(0)))[0] == 0 ? "yes" : null);

        // Asked for again it is the same video, and nothing more is sent.
        foreach (var wish in wishes) Assert.Equal(wish.Id, await KillScene.Ask(last, wish));
        foreach (var wish in wishes) WasPaidOnceAtMost(scene, wish);
        await LedgerAndLogAgree(scene, wishes);
        Assert.Equal(wishes.Length, (await last.Stats()).GetProperty("stats").GetProperty("total_videos").GetInt32());
        Assert.Equal(0, await last.Stop());
    }

    // The provider may have read what it had not, by now, and nothing else has changed since the kill.
    private static async Task WasThere(KillScene scene, KillWish wish)
    {
        var state = Assert.Single(await scene.States([wish]));
        Assert.True((state, Posts(scene, wish)) == (wish.Point.State, wish.Point.Posts), $"{wish}: on disk it is {state}, and there were {Posts(scene, wish)} POSTs.");
    }

    private static async Task HaveEndedAsTheyShould(RunningHost host, KillWish[] wishes)
    {
        var endings = await Task.WhenAll(wishes.Select(wish => host.Ended(wish.Id.ToString())));
        foreach (var (wish, ended) in wishes.Zip(endings))
        {
            var (status, charged) = (ended.GetProperty("status").GetString(), ended.GetProperty("charged").GetString());
            Assert.True((status, charged) == (IsMade(wish) ? ("completed", "yes") : ("failed", "unknown")), $"{wish}: {ended}");
            if (!IsMade(wish)) Assert.Equal("dead_lettered", ended.GetProperty("error").GetProperty("code").GetString());
        }
    }

    private static void WasPaidOnceAtMost(KillScene scene, KillWish wish)
    {
        var posts = scene.LogOf(wish).Where(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST").GroupBy(line => FakeProvider.Text(line, "mark")).ToList();
        if (!wish.Trait.SendsAgain) Assert.All(posts, key => Assert.True(key.Count() == 1, $"{wish}: {key.Count()} POSTs of {key.Key}."));
        Assert.True(posts.Count <= 1, $"{wish}: {posts.Count} attempts were sent.");
        var jobs = Jobs(scene, wish);
        Assert.True(jobs.Count == (HasJob(wish) ? 1 : 0), $"{wish}: {jobs.Count} jobs.");
    }

    // To the cent and the job: what is spent is what the provider took for videos that we have, and what is at risk is each whose end nobody knows.
    private static async Task LedgerAndLogAgree(KillScene scene, KillWish[] wishes)
    {
        var funds = (await scene.Rows("select request_key, state, usd, account from videogen.funds", row => (Key: row.GetString(0), State: row.GetString(1), Usd: row.GetDecimal(2), Account: row.GetString(3))))
            .ToDictionary(row => row.Key, StringComparer.Ordinal);
        Assert.Equal(wishes.Length, funds.Count);
        foreach (var wish in wishes)
        {
            var row = funds[wish.Id.RequestKey];
            Assert.Equal((wish.ToString(), IsMade(wish) ? "spent" : "at_risk", KillScene.Usd, wish.Account), (wish.ToString(), row.State, row.Usd, row.Account));
            Assert.All(Jobs(scene, wish), job => Assert.Equal(KillScene.Usd, job.GetProperty("usd").GetDecimal()));
        }

        // A job is named by its video alone where that is how it was found: what comes after that in its name is left out.
        var known = (await scene.Rows("select account, request_key, job_id from videogen.jobs", row => (Account: row.GetString(0), Key: row.GetString(1), JobId: row.GetString(2))))
            .Select(job => $"{job.Account} {job.Key} {(wishes.Single(wish => wish.Account == job.Account).Trait.Type == "vertex_veo" ? job.JobId.Split('/')[0] : job.JobId)}");
        Assert.Equal(
            wishes.Where(IsMade).SelectMany(wish => Jobs(scene, wish).Select(job => $"{wish.Account} {wish.Id.RequestKey} {NameOf(wish, job)}")).Order(StringComparer.Ordinal),
            known.Order(StringComparer.Ordinal));
        var (made, lost) = (wishes.Count(IsMade), wishes.Count(wish => !IsMade(wish)));
        Assert.Equal((made + lost) * KillScene.Usd, funds.Values.Sum(row => row.Usd));
        Assert.Equal(
            [FormattableString.Invariant($"{made * KillScene.Usd} {lost * KillScene.Usd}")],
            await scene.Rows(
                "select sum(spent_usd) filter (where period like '____-__-__') || ' ' || sum(at_risk_usd) from videogen.accounts where scope = 'global' having sum(reserved_usd) = 0",
                row => row.GetString(0)));
    }

    private static bool HasJob(KillWish wish) => wish.Point.Fate != KillFate.NoJob || wish.Trait.SendsAgain;

    private static bool IsMade(KillWish wish) => wish.Point.Fate switch
    {
        KillFate.NotIntended or KillFate.JobKnown => true,
        KillFate.JobUnknown => wish.Trait.Finds || wish.Trait.SendsAgain,
        _ => wish.Trait.SendsAgain,
    };

    private static int Posts(KillScene scene, KillWish wish) => scene.LogOf(wish).Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST");

    private static List<JsonElement> Jobs(KillScene scene, KillWish wish) => [.. scene.LogOf(wish).Where(line => line.TryGetProperty("made", out _))];

    // As the host names it: of an account that makes videos of texts and of pictures, with which it is.
    private static string NameOf(KillWish wish, JsonElement job) => wish.Trait.Type == "vertex_veo"
        ? job.GetProperty("idempotency_key").GetString()!
        : (wish.Trait.Type == "kling" ? "text2video/" : "") + job.GetProperty("job_id").GetString();
}
