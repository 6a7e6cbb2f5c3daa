using System.Globalization;
using System.Runtime.CompilerServices;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Reports;

namespace VideoGen.Storage.Tests.Reports;

/// <summary>The search over all videos, as an operator asks.</summary>
public sealed class PostgresVideoSearchTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private readonly PostgresVideoSearch search = new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_video_that_was_asked_for_last_comes_first_wherever_its_round_stands()
    {
        await Store("v-a", "bot/ann", Ended(1, 100), Ended(2, 900));
        await Store("v-b", "bot/bob", Live(1, 300));
        await Store("v-c", "web/ann", Ended(1, 50), Ended(2, 300), Live(3, 500));
        await Store("v-d", "web/eve", Ended(1, 700), """{"state":"refused","round":2,"stages":[800,-1,-1,-1,-1]}""");
        await Store("v-e", "web/eve", """{"state":"admitting","round":1,"course":{"stages":[999,-1,-1,-1,-1]}}""");

        Assert.Equal(["v-a 2", "v-d 1", "v-c 3", "v-c 2", "v-b 1", "v-a 1", "v-c 1"], await Find(new(10)));
        Assert.Equal(["v-a 2", "v-d 1"], await Find(new(2)));
    }

    [Fact]
    public async Task Each_filter_keeps_out_what_it_says_and_several_keep_out_what_any_of_them_does()
    {
        await Ask("v-a", "bot/ann/x", "A Cat surfs", Ended(1, 100, model: "veo", account: "google", charged: "yes"));
        await Ask("v-b", "bot/bob", "a dog, 100% red", Ended(1, 200, model: "kling", account: "kling", charged: "no", status: "failed"));
        await Ask("v-c", "web/ann/x", "Ein KÄTZCHEN", Live(1, 300, model: "way", account: "google", ran: "veo"));
        await Ask("v-d", "web/eve", "a_cat", Ended(1, 400, model: "local", account: "local", charged: "unknown", status: "failed"), Live(2, 500, model: "local", account: "local"));

        Assert.Equal(["v-b 1", "v-a 1"], await Find(new(10) { Client = "bot" }));
        Assert.Equal(["v-c 1", "v-a 1"], await Find(new(10) { User = "ann/x" }));
        Assert.Equal(["v-c 1"], await Find(new(10) { Client = "web", User = "ann/x" }));
        Assert.Equal(["v-d 1", "v-b 1"], await Find(new(10) { Status = VideoStatus.Failed }));
        Assert.Equal(["v-d 2", "v-c 1"], await Find(new(10) { Status = VideoStatus.InProgress }));
        Assert.Equal(["v-c 1", "v-a 1"], await Find(new(10) { Model = "veo" }));
        Assert.Equal(["v-c 1"], await Find(new(10) { Model = "way" }));
        Assert.Equal(["v-c 1", "v-a 1"], await Find(new(10) { Account = "google" }));
        Assert.Equal(["v-a 1"], await Find(new(10) { Charged = Charged.Yes }));
        Assert.Equal(["v-b 1"], await Find(new(10) { Charged = Charged.No }));
        Assert.Equal(["v-d 1"], await Find(new(10) { Charged = Charged.Unknown }));
        Assert.Equal(["v-a 1"], await Find(new(10) { Prompt = "cAt S" }));
        Assert.Equal(["v-c 1"], await Find(new(10) { Prompt = "kätz" }));
        Assert.Equal(["v-b 1"], await Find(new(10) { Prompt = "0% r" }));
        Assert.Empty(await Find(new(10) { Prompt = "%", Client = "web" }));
        Assert.Equal(["v-d 2", "v-d 1"], await Find(new(10) { Prompt = "A_C" }));
        Assert.Equal(["v-d 2", "v-d 1", "v-c 1"], await Find(new(10) { From = At(300) }));
        Assert.Equal(["v-b 1", "v-a 1"], await Find(new(10) { To = At(300) }));
        Assert.Equal(["v-d 1", "v-c 1"], await Find(new(10) { From = At(300), To = At(500) }));
        Assert.Equal(["v-d 1"], await Find(new(10) { From = At(300), To = At(500), Status = VideoStatus.Failed, Client = "web", User = "eve", Model = "local", Account = "local", Charged = Charged.Unknown, Prompt = "CAT" }));
        Assert.Empty(await Find(new(10) { Client = "nobody" }));
        Assert.Empty(await Find(new(10) { Client = "bot", Account = "local" }));
    }

    [Fact]
    public async Task Pages_have_every_video_once_while_others_come_and_requests_are_asked_for_again()
    {
        var chance = new Random(7);
        for (var i = 0; i < 120; i++)
        {
            // Few moments, so that many have the same.
            var rounds = Enumerable.Range(1, i % 7 == 0 ? 3 : 1).Select(round => Ended(round, 1_000 + chance.Next(5) + round * 2)).ToArray();
            await Store(string.Create(CultureInfo.InvariantCulture, $"v-{i:000}"), i % 2 == 0 ? "bot/ann" : "web/bob", rounds);
        }

        var all = await Find(new(1_000));
        Assert.Equal(120 + 2 * 18, all.Length);
        Assert.Equal(all.Length, all.Distinct().Count());

        var (seen, place) = (new List<string>(), (VideoPlace?)null);
        for (var page = 0; ; page++)
        {
            var found = await search.Find(new(10) { Before = place }, default);
            seen.AddRange(found.Select(Said));
            if (found.Count < 10) break;
            place = new(found[^1].AskedAt, found[^1].Id);

            // Newer ones, and another round of a request whose place is far below.
            await Store($"v-new-{page}", "bot/new", Ended(1, 5_000 + page));
            if (page == 3) await database.Run("update videogen.grain_state set state = jsonb_insert(state, '{rounds,-1}', $1::jsonb, true) where grain_key = 'v-003'", Ended(2, 6_000));
        }

        Assert.Equal(all, seen);
        Assert.Equal(["v-003 2", "v-new-14 1"], (await Find(new(2)))[..2]);
        Assert.Equal((await search.Find(new(1_000), default)).Where(v => v.AskedAt < At(1_007)).Select(Said), await Find(new(1_000) { Before = new(At(1_007), null) }));
    }

    [Fact]
    public async Task What_is_shown_is_what_is_on_record_and_odd_documents_break_nothing()
    {
        await Ask("v-a", "bot/ann/x", new string('p', 700), Ended(1, 1_500, model: "veo", account: "google", charged: "yes"));
        await Store("v-odd-1", "bot/ann", """{"status":"completed","round":3.5,"stages":["x"],"charge":7,"since":1e99}""");
        await database.Store("v-odd-2", """{"v":1,"owner":"bot/ann","createdAt":7,"rounds":{"status":"completed"}}""");
        await database.Store("v-odd-3", """{"v":1,"owner":"nobody","createdAt":7,"rounds":[{"status":"completed"}]}""");
        await database.Store("v-odd-4", """{"v":1}""");

        var found = await search.Find(new(10), default);

        Assert.Equal(["v-a 1", "v-odd-1 3"], found.Select(Said));
        Assert.Equal((At(1_500), 500, "bot/ann/x"), (found[0].AskedAt, found[0].Prompt.Length, found[0].Owner.ToString()));
        Assert.Equal(("veo", "google", Charged.Yes, "completed", 3.2m), (found[0].Round.Options!.Model, found[0].Round.Provider, found[0].Round.Charge!.Charged, found[0].Round.Status, found[0].Round.PriceUsd));
    }

    [Fact]
    public async Task Every_stored_document_that_was_accepted_is_found()
    {
        var files = Directory.GetFiles(StoredDocuments(), "*.json", SearchOption.AllDirectories);
        foreach (var file in files) await database.Store("v-" + Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file));

        var accepted = await database.One<long>("select count(*) from videogen.videos");

        Assert.True(accepted > 20);
        Assert.Equal(accepted, (await Find(new(1_000))).Length);
    }

    [Fact]
    public async Task A_page_among_a_hundred_thousand_videos_is_read_off_the_indexes()
    {
        await database.Run(
            """
            insert into videogen.grain_state (state_name, grain_key, version, state)
            select 'videorequest', 'v-' || n, 1, jsonb_build_object('v', 1, 'owner', 'c' || n % 50 || '/u' || n % 999, 'prompt', 'A cat number ' || n, 'createdAt', n * 1000, 'rounds',
              (select jsonb_agg(jsonb_build_object('state', 'ended', 'round', r, 'status', case n % 10 when 0 then 'failed' else 'completed' end, 'since', n * 1000 + r, 'account', 'local',
                 'options', jsonb_build_object('model', 'local'), 'stages', jsonb_build_array(n * 1000 + r, 0, 0, 0, 0), 'charge', jsonb_build_object('charged', 'yes', 'evidence', 'x')))
               from generate_series(1, case n % 20 when 0 then 3 else 1 end) r))
            from generate_series(1, 100000) n
            """);
        await database.Run("analyze videogen.grain_state");
        var middle = new VideoPlace(At(50_000_000), new("v-50000", 1));

        foreach (var (query, most) in new[]
                 {
                     (new VideoQuery(51), 400d), (new(51) { Before = middle }, 400), (new(51) { From = At(20_000_000), To = At(40_000_000) }, 400), (new(51) { Client = "c7" }, 400), (new(51) { Status = VideoStatus.Failed, Before = middle }, 400),
                     (new(51) { Prompt = "number 77777" }, 4_000), (new(51) { Client = "c7", User = "nobody" }, 4_000),
                 })
        {
            await search.Find(query, default);
            var began = TimeProvider.System.GetTimestamp();
            var found = await search.Find(query, default);
            Assert.Equal(query.User is null, found.Count > 0);
            var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            Assert.True(took < most, $"{query} took {took} ms.");
        }

        // A machine may be slow for a while; which way is gone does not depend on that.
        var plan = await database.Plan("""
            select s.grain_key from videogen.grain_state s where s.state_name = 'videorequest' and s.owner is not null
              and (videogen.asked_at(s.state #> '{rounds,-1}', s.created_at), s.grain_key) <= (50000000, 'v-50000') order by videogen.asked_at(s.state #> '{rounds,-1}', s.created_at) desc, s.grain_key desc limit 51
            """);
        Assert.Contains("Index Scan using grain_state_by_newest_round", plan, StringComparison.Ordinal);
        Assert.Contains("Index Cond: (ROW(", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }

    private async Task<string[]> Find(VideoQuery query) => [.. (await search.Find(query, default)).Select(Said)];

    private static string Said(FoundVideo video) => $"{video.Id.RequestKey} {video.Id.Round}";

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static string Ended(int round, long asked, string model = "local", string account = "local", string charged = "no", string status = "completed") =>
        $$"""{"state":"ended","round":{{round}},"status":"{{status}}","since":{{asked + 60}},"options":{"model":"{{model}}","size":"1280x720","seconds":4},"account":"{{account}}","priceUsd":3.2,"stages":[{{asked}},0,0,0,0],"outcome":{"ending":"{{status}}"},"charge":{"charged":"{{charged}}","evidence":"x"} }""";

    private static string Live(int round, long asked, string model = "local", string account = "local", string? ran = null) =>
        $$"""{"state":"running","round":{{round}},"status":"in_progress","since":{{asked}},"ticket":{"options":{"model":"{{model}}","size":"1280x720","seconds":4},"account":"{{account}}","priceUsd":3.2{{(ran is null ? "" : $",\"model\":\"{ran}\"")}} },"course":{"attempt":1,"stages":[{{asked}},0,0,0,-1]} }""";

    private Task Store(string key, string owner, params string[] rounds) => Ask(key, owner, "a cat", rounds);

    private Task Ask(string key, string owner, string prompt, params string[] rounds) =>
        database.Store(key, $$"""{"v":1,"owner":"{{owner}}","prompt":"{{prompt}}","createdAt":5,"rounds":[{{string.Join(',', rounds)}}]}""");

    private static string StoredDocuments([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Grains.Tests", "StoredDocuments"));
}
