using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresRequestBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime, IDisposable
{
    private readonly PostgresPreventedPayments prevented = new(database.Pool, new ManualTime(), NullLogger<PostgresPreventedPayments>.Instance);

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state, videogen.prevented");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => prevented.Dispose();

    [Fact]
    public async Task Nothing_there_is_zero_of_everything()
    {
        var stats = await Stats();

        Assert.Equal((0, 0, 0m, 0), (stats.TotalVideos, stats.DuplicatesPrevented, stats.UsdPrevented, stats.DeadLettered));
        Assert.Equal("cancelling 0, completed 0, failed 0, in_progress 0, queued 0", Words(stats));
    }

    [Fact]
    public async Task Accepted_rounds_are_counted_by_their_public_word()
    {
        await Store("v-1", """{"v":1,"status":"in_progress","rounds":[{"state":"running","status":"in_progress"}]}""");
        await Store("v-2", """
            {"v":1,"owner":"local/alice","createdAt":5,"status":"completed","rounds":[
              {"state":"ended","status":"failed","outcome":{"ending":"dead_lettered"}},
              {"state":"ended","status":"completed","outcome":{"ending":"completed"}}]}
            """);
        await Store("v-3", """{"v":1,"status":"refused","rounds":[{"state":"refused","outcome":{"ending":"refused"}}]}""");
        await Store("v-4", """{"v":1,"status":"new","rounds":[{"state":"admitting"},{"state":"admitting","status":null}]}""");
        await Store("v-5", """{"v":1,"status":"queued","rounds":[{"state":"queued","status":"queued"}]}""");
        await Store("v-6", """{"v":1,"status":"odd","rounds":{"not":"a list"}}""");
        await Store("v-7", """{"v":1,"status":"odd"}""");

        var stats = await Stats();

        Assert.Equal("cancelling 0, completed 1, failed 1, in_progress 1, queued 1", Words(stats));
        Assert.Equal(4, stats.TotalVideos);
        Assert.Equal(1, stats.DeadLettered);
        Assert.Equal("v-2 2 local/alice completed completed 5", await database.One<string>(
            "select concat_ws(' ', request_key, round, owner, status, ending, created_at) from videogen.videos where round = 2"));
    }

    [Fact]
    public async Task A_round_keeps_its_number_and_its_time_where_a_refused_one_gave_way()
    {
        await Store("v-1", """
            {"v":1,"createdAt":5,"status":"in_progress","rounds":[
              {"state":"ended","round":1,"status":"failed","stages":[5,1,2,3,4],"outcome":{"ending":"failed"}},
              {"state":"running","round":3,"status":"in_progress","course":{"stages":[700,1,-1,-1,-1]}}]}
            """);

        Assert.Equal("1 failed 5, 3 in_progress 700", await database.One<string>(
            "select string_agg(concat_ws(' ', round, status, created_at), ', ' order by round) from videogen.videos"));
    }

    [Fact]
    public async Task Documents_of_every_released_version_are_counted_as_they_say()
    {
        var files = Directory.GetFiles(StoredDocuments(), "*.json", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files) await Store("v-" + Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file));

        var stats = await Stats();

        var accepted = files.SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["rounds"]!.AsArray())
            .Select(round => (string?)round!["status"]).OfType<string>().ToArray();
        Assert.Equal(accepted.Length, stats.TotalVideos);
        Assert.All(stats.ByStatus, s => Assert.Equal(accepted.Count(word => word == s.Key), s.Value));
        Assert.Equal(files.Count(f => Path.GetFileName(f).StartsWith("dead-", StringComparison.Ordinal)), stats.DeadLettered);
        Assert.Equal(0, await database.One<long>("select count(*) from videogen.grain_state where owner is distinct from 'local/alice' or created_at is null"));
    }

    [Fact]
    public async Task A_document_of_another_grain_is_no_video()
    {
        await database.Run("""insert into videogen.grain_state (state_name, grain_key, version, state) values ('quota', 'u-1', 1, '{"rounds":[{"status":"queued"}]}')""");
        Assert.Equal(0, (await Stats()).TotalVideos);
    }

    [Fact]
    public async Task A_reader_sees_what_it_just_prevented()
    {
        prevented.Count(new("bot", "alice"), "fast", PreventedKind.Joined, 3.5m);
        prevented.Count(new("web", "bob"), "fast", PreventedKind.Replayed, 4m);

        var stats = await Stats();

        Assert.Equal((2, 7.5m), (stats.DuplicatesPrevented, stats.UsdPrevented));
    }

    [Fact]
    public async Task A_list_is_one_client_s_videos_page_by_page_whatever_comes_and_goes()
    {
        await Store("v-a", """{"v":1,"owner":"bot/alice","createdAt":5,"rounds":[{"round":1,"status":"failed","stages":[5,1,2,3,4]},{"round":3,"status":"queued","course":{"stages":[9,1,-1,-1,-1]}}]}""");
        await Store("v-b", """{"v":1,"owner":"bot/bob","createdAt":7,"rounds":[{"round":1,"status":"completed","stages":[7,1,2,3,4]}]}""");
        await Store("v-c", """{"v":1,"owner":"bot/bob","createdAt":7,"rounds":[{"round":1,"status":"completed","stages":[7,1,2,3,4],"deleted":true}]}""");
        await Store("v-d", """{"v":1,"owner":"bot/bob","createdAt":7,"rounds":[{"round":1,"status":"in_progress","course":{"stages":[7,1,-1,-1,-1]}}]}""");
        await Store("v-e", """{"v":1,"owner":"bott/eve","createdAt":8,"rounds":[{"round":1,"status":"queued","course":{"stages":[8,1,-1,-1,-1]}}]}""");
        await Store("v-f", """{"v":1,"owner":"bot/eve","createdAt":8,"rounds":[{"round":1}]}""");

        Assert.Equal(["v-a 3", "v-d 1", "v-b 1", "v-a 1"], await List("bot"));
        Assert.Equal(["v-a 1", "v-b 1", "v-d 1", "v-a 3"], await List("bot", oldestFirst: true));
        Assert.Equal(["v-d 1", "v-b 1"], await List("bot", new("v-a", 3), limit: 2));
        Assert.Equal(["v-b 1", "v-a 1"], await List("bot", new("v-c", 1)));
        Assert.Equal(["v-e 1"], await List("bott"));
        Assert.Empty(await List("bott", new("v-b", 1)));
        Assert.Empty(await List("nobody"));
    }

    [Fact]
    public async Task A_clients_counts_are_its_own()
    {
        await Store("v-1", """{"v":1,"owner":"bot/alice","status":"queued","rounds":[{"state":"queued","status":"queued"}]}""");
        await Store("v-2", """{"v":1,"owner":"bot/web/x","status":"failed","rounds":[{"state":"ended","status":"failed","outcome":{"ending":"dead_lettered"}}]}""");
        await Store("v-3", """{"v":1,"owner":"web/alice","status":"queued","rounds":[{"state":"queued","status":"queued"}]}""");
        prevented.Count(new("bot", "alice"), "fast", PreventedKind.Joined, 3.5m);
        prevented.Count(new("web", "alice"), "fast", PreventedKind.Joined, 1m);

        Assert.Equal([(3L, 2L, 4.5m, 1L), (2, 1, 3.5m, 1), (1, 1, 1m, 0), (0, 0, 0m, 0)], new[] { await Stats(), await Stats("bot"), await Stats("web"), await Stats("bo") }
            .Select(s => (s.TotalVideos, s.DuplicatesPrevented, s.UsdPrevented, s.DeadLettered)));
    }

    private async Task<string[]> List(string client, VideoId? after = null, bool oldestFirst = false, int limit = 10) =>
        [.. (await new PostgresRequestBook(database.Pool, prevented).List(client, after, oldestFirst, limit, CancellationToken.None)).Select(id => $"{id.RequestKey} {id.Round}")];

    private static string StoredDocuments([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Grains.Tests", "StoredDocuments"));

    private Task<VideoStats> Stats(string? client = null) => new PostgresRequestBook(database.Pool, prevented).Stats(client, CancellationToken.None);

    private Task Store(string key, string document) => database.Store(key, document);

    private static string Words(VideoStats stats) => string.Join(", ", stats.ByStatus.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value}"));
}
