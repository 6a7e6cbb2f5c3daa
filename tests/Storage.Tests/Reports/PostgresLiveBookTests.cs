using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Tests.Budgets;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresLiveBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const string Everything = "v-a 2, v-b 1, v-c 1, v-d 1";

    public async Task InitializeAsync()
    {
        await LedgerTables.Empty(database);
        await database.Run("truncate videogen.grain_state");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(Everything)]
    [InlineData("v-a 2, v-b 1, v-d 1", "bot")]
    [InlineData("v-a 2", "bot", "ann/x")]
    [InlineData("v-b 1", null, null, "other")]
    [InlineData("v-a 2, v-d 1", "bot", null, null, "run-1")]
    [InlineData("v-c 1", "web", null, null, "run-1")]
    [InlineData("", "bot", null, null, "run")]
    [InlineData("", "bo")]
    [InlineData("", "web", "ann/x")]
    public async Task What_is_on_its_way_is_found_by_whose_it_is_whom_it_pays_and_which_run_asked(string expected, string? client = null, string? user = null, string? account = null, string? run = null)
    {
        await Store("v-a", "bot/ann/x", 1, """{"state":"ended","round":1,"status":"failed","outcome":{"ending":"dead_lettered","resumeAt":{"ticket":{"account":"acme"}}}}""", Live(2, "acme", "run-1"));
        await Store("v-b", "bot/bob", 2, Live(1, "other", null));
        await Store("v-c", "web/eve", 3, Live(1, "acme", "run-1"));
        await Store("v-d", "bot/bob", 4, """{"state":"admitting","round":1,"ticket":{"account":"acme","run":"run-1"}}"""); // Not shown to anybody yet.
        await Store("v-e", "bot/bob", 5, """{"state":"ended","round":1,"status":"completed","run":"run-1","account":"acme","outcome":{"ending":"completed"}}""");
        await database.Store("v-odd", """{"wakeAt":7,"rounds":{"ticket":{}}}""");
        await database.Run("""insert into videogen.grain_state (state_name, grain_key, version, state) values ('quota', 'u-bot/bob', 1, '{"wakeAt":7,"owner":"bot/bob","rounds":[{"round":1,"ticket":{}}]}')""");

        Assert.Equal(expected, await List(new(client, user, account, run, 10)));
    }

    [Fact]
    public async Task Every_stored_document_that_lives_is_found()
    {
        var live = new List<string>();
        foreach (var file in Directory.GetFiles(StoredDocuments(), "*.json", SearchOption.AllDirectories))
        {
            var key = "v-" + Path.GetFileNameWithoutExtension(file);
            var document = await File.ReadAllTextAsync(file);
            await database.Store(key, document);
            if ((string)JsonNode.Parse(document)!["rounds"]![0]!["state"]! is not ("ended" or "refused")) live.Add($"{key} 1");
        }

        Assert.True(live.Count > 8);
        Assert.Equal(live.Order(StringComparer.Ordinal), (await List(new(null, null, null, null, 100))).Split(", ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_more_are_read_than_were_asked_for_and_the_first_asked_are_the_first()
    {
        foreach (var n in Enumerable.Range(1, 4)) await Store($"v-{9 - n}", "bot/ann", n, Live(1, "acme", null));

        Assert.Equal("v-8 1, v-7 1", await List(new(null, null, null, null, 2)));
    }

    [Fact]
    public async Task Only_what_is_owed_is_read()
    {
        await database.StoreEmpty(5_000);

        Assert.Contains("grain_state_owed", await database.Plan("select grain_key from videogen.grain_state where wake_at is not null and state_name = 'videorequest'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_money_of_a_round_is_its_own_and_that_of_jobs_nobody_waits_for()
    {
        await Funds("v-a", 1, "", "reserved", 3.2m);
        await Funds("v-a", 2, "", "spent", 1.2m);
        await Funds("v-a", 2, "job-1", "at_risk", 3.2m);
        await Funds("v-b", 1, "", "released", 0);
        await Funds("v-b", 2, "", "spent", 4m); // More than was reserved: nothing came back.
        await Funds("v-c", 1, "", "spent", 1m);

        var money = await New().Money([new("v-a", 1), new("v-a", 2), new("v-b", 1), new("v-b", 2), new("v-b", 3)], CancellationToken.None);

        Assert.Equal(
            ["v-a 1: 3.2 0 0 0", "v-a 2: 0 1.2 2 3.2", "v-b 1: 0 0 3.2 0", "v-b 2: 0 4 0 0"],
            money.OrderBy(m => m.Key.ToString(), StringComparer.Ordinal).Select(m => string.Create(
                CultureInfo.InvariantCulture, $"{m.Key.RequestKey} {m.Key.Round}: {m.Value.ReservedUsd:0.##} {m.Value.SpentUsd:0.##} {m.Value.ReleasedUsd:0.##} {m.Value.AtRiskUsd:0.##}")));
        Assert.Empty(await New().Money([], CancellationToken.None));
    }

    private PostgresLiveBook New() => new(database.Pool);

    private async Task<string> List(LiveQuery query) => string.Join(", ", (await New().Live(query, CancellationToken.None)).Select(r => $"{r.Id.RequestKey} {r.Id.Round}"));

    private static string Live(int round, string account, string? run) =>
        $$$$"""{"state":"running","round":{{{{round}}}},"status":"in_progress","ticket":{"account":"{{{{account}}}}"{{{{(run is null ? "" : $",\"run\":\"{run}\"")}}}}}}""";

    private Task Store(string key, string owner, int createdAt, params string[] rounds) =>
        database.Store(key, $$"""{"v":1,"owner":"{{owner}}","createdAt":{{createdAt}},"wakeAt":7,"rounds":[{{string.Join(',', rounds)}}]}""");

    private Task Funds(string key, int round, string job, string state, decimal usd) =>
        database.Run("insert into videogen.funds values ($1, $2, $3, 1, $4, 'bot', 'ann', 'paid-1', 'acme', '2026-03-01', $5, 3.2, null)", key, round, job, state, usd);

    private static string StoredDocuments([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Grains.Tests", "StoredDocuments"));
}
