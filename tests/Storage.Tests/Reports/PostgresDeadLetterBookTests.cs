using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Tests.Budgets;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresDeadLetterBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await LedgerTables.Empty(database);
        await database.Run("truncate videogen.grain_state, videogen.jobs");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Those_that_wait_are_listed_the_newest_first_wherever_their_round_stands()
    {
        await Store("v-a", "bot/ann/x", Dead(1, 100, "queued", "no"), """{"state":"ended","round":2,"status":"completed","outcome":{"ending":"completed"}}""");
        await Store("v-b", "bot/bob", Dead(1, 300, "unresolved", "unknown"));
        await Store("v-c", "web/ann/x", Dead(1, 200, "running", "unknown"), Dead(2, 300, "saving", "yes"));
        await Store("v-d", "web/eve", Dead(1, 400, "unresolved", "unknown", "\"discarded\":\"nobody knows\","));
        await Store("v-e", "web/eve", """{"state":"ended","round":1,"status":"failed","outcome":{"ending":"failed","text":"dead_lettered"}}""");
        await database.Store("v-odd", """{"rounds":{"outcome":{"ending":"dead_lettered"}}}""");

        Assert.Equal(["v-c 2", "v-b 1", "v-c 1", "v-a 1"], await List());
        Assert.Equal(["v-c 2", "v-b 1"], await List(limit: 2));
        Assert.Equal(["v-b 1", "v-c 1", "v-a 1"], await List(before: new(At(300), new("v-c", 2))));
        Assert.Equal(["v-c 1", "v-a 1"], await List(before: new(At(300), null)));
        Assert.Equal(["v-b 1", "v-a 1"], await List(client: "bot"));
        Assert.Equal(["v-c 2", "v-c 1", "v-a 1"], await List(user: "ann/x"));
        Assert.Equal(["v-a 1"], await List(client: "bot", user: "ann/x"));
        Assert.Equal(["v-b 1", "v-c 1"], await List(charged: Charged.Unknown));
        Assert.Equal(["v-a 1"], await List(charged: Charged.No));
        Assert.Equal(["v-c 2"], await List(stoppedAt: "saving"));
        Assert.Empty(await List(client: "nobody"));
    }

    [Fact]
    public async Task A_list_reads_no_other_document()
    {
        await database.StoreEmpty(2_000);

        Assert.Contains("grain_state_dead_letters", await database.Plan("select * from videogen.dead_letters order by since desc limit 10"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_stored_dead_letter_is_listed_and_every_stored_document_has_a_history()
    {
        var files = Directory.GetFiles(StoredDocuments(), "*.json", SearchOption.AllDirectories);
        foreach (var file in files) await database.Store("v-" + Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file));

        var listed = await New().List(new(null, null, null, null, null, 100), CancellationToken.None);

        Assert.Equal(
            files.Select(Path.GetFileNameWithoutExtension).Where(f => f!.StartsWith("dead-", StringComparison.Ordinal) && !f.EndsWith("-discarded", StringComparison.Ordinal)).Select(f => "v-" + f).Order(StringComparer.Ordinal),
            listed.Select(l => l.Id.RequestKey).Order(StringComparer.Ordinal));
        Assert.All(listed, l => Assert.Equal(("local/alice", l.Id.RequestKey["v-dead-at-".Length..].Split('-')[0], 3.2m, "no answer"), (l.Owner.ToString(), l.StoppedAt, l.PriceUsd, l.Failure.Detail)));
        foreach (var file in files)
        {
            var round = Assert.Single((await New().History("v-" + Path.GetFileNameWithoutExtension(file), CancellationToken.None))!.Rounds);
            var stored = JsonNode.Parse(await File.ReadAllTextAsync(file))!["rounds"]![0]!;
            Assert.Equal(((string)stored["state"]!, (string?)stored["status"]), (round.State, round.Status));
            var moved = file.EndsWith("-at-its-second-stop.json", StringComparison.Ordinal);
            Assert.Equal(moved ? ("other", "second") : (round.Model, "local"), (round.Model, round.Provider ?? "local"));
            Assert.Equal(moved ? [new RecordedStop("local", "local", 3.2m, 1, "no_job")] : [], round.Left);
        }
    }

    [Fact]
    public async Task The_history_has_rounds_intents_jobs_charge_failure_and_money_and_caps_what_is_too_long()
    {
        await database.Store("v-a", $$$$"""
            {"v":1,"owner":"bot/ann","prompt":"{{{{new string('p', 4_100)}}}}","createdAt":1000,"updatedAt":9000,"rounds":[
              {"state":"ended","round":1,"status":"failed","since":8000,"options":{"model":"paid-1","size":"1280x720","seconds":4},"account":"acme","priceUsd":3.2,"attempt":2,
               "jobId":"{{{{new string('j', 600)}}}}","discarded":"nobody knows","windowEnds":90000,"sent":[2000,3500],"stages":[1000,500,1000,-1,-1],
               "outcome":{"ending":"dead_lettered","failure":{"kind":"unknown","detail":"{{{{new string('d', 600)}}}}","code":"x"},"check":{"notBefore":9999,"failures":0},
                 "resumeAt":{"state":"running","course":{"cancelWanted":7000}}},
               "charge":{"charged":"yes","evidence":"said so","usd":0.4}},
              {"state":"queued","round":2,"status":"queued","since":8500,"lastFailure":{"kind":"throttled","detail":"slowly"},
               "ticket":{"round":2,"account":"acme","priceUsd":3.2,"run":"run-1","options":{"model":"paid-1","size":"1280x720","seconds":4}},"course":{"attempt":1,"sent":[],"stages":[8500,-1,-1,-1,-1]}},
              7, {"state":"odd","stages":[1,2],"sent":["x",1e99],"charge":7,"outcome":"x","round":3.5}]}
            """);
        await database.Run("insert into videogen.jobs values ('acme', 'job-1', 'v-a', 1, 1, '2026-03-01Z'), ('acme', 'job-2', 'v-a', 1, 2, '2026-03-02Z'), ('acme', 'job-3', 'v-b', 1, 1, '2026-03-02Z')");
        await database.Run("insert into videogen.funds values ('v-a', 1, '', 1, 'at_risk', 'bot', 'ann', 'paid-1', 'acme', '2026-03-01', 3.2, 3.2, null), ('v-a', 1, 'job-1', 1, 'released', 'bot', 'ann', 'paid-1', 'acme', '2026-03-01', 0, 3.2, null)");

        var history = (await New().History("v-a", CancellationToken.None))!;

        Assert.Equal(("bot/ann", 4_000, At(1000), At(9000)), (history.Owner.ToString(), history.Prompt.Length, history.CreatedAt, history.UpdatedAt));
        Assert.Equal([1, 2, 0], history.Rounds.Select(r => r.Round));
        var dead = history.Rounds[0];
        Assert.Equal(("dead_lettered", "running", "nobody knows", 2, 500), (dead.Ending, dead.StoppedAt, dead.Discarded, dead.Attempt, dead.JobId!.Length));
        Assert.Equal([At(2000), At(3500)], dead.Sent);
        Assert.Equal(new(At(1000), At(1500), At(2000), null, null), dead.Stages);
        Assert.Equal(new(Charged.Yes, "said so", 0.4m), dead.Charge);
        Assert.Equal(("unknown", 500, "x"), (dead.Failure!.Kind, dead.Failure.Detail.Length, dead.Failure.Code));
        Assert.Equal((At(7000), At(9999)), (dead.CancelWanted, dead.NextCheck));
        var queued = history.Rounds[1];
        Assert.Equal(("acme", 3.2m, "run-1", "slowly", 1), (queued.Provider, queued.PriceUsd, queued.Run, queued.Failure!.Detail, queued.Attempt));
        Assert.Equal((null, null, 0), (history.Rounds[2].Charge, history.Rounds[2].Stages, history.Rounds[2].Sent.Count));
        Assert.Equal(["job-1 1", "job-2 2"], history.Jobs.Select(j => $"{j.JobId} {j.Attempt}"));
        Assert.Equal([new(1, null, "at_risk", 3.2m, 3.2m), new(1, "job-1", "released", 0, 3.2m)], history.Money);
        Assert.Null(await New().History("v-b", CancellationToken.None));
    }

    private PostgresDeadLetterBook New() => new(database.Pool);

    private async Task<string[]> List(string? client = null, string? user = null, Charged? charged = null, string? stoppedAt = null, DeadLetterPlace? before = null, int limit = 10) =>
        [.. (await New().List(new(client, user, charged, stoppedAt, before, limit), CancellationToken.None)).Select(l => $"{l.Id.RequestKey} {l.Id.Round}")];

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static string Dead(int round, long since, string stoppedAt, string charged, string more = "") =>
        $$$$"""{"state":"ended","round":{{{{round}}}},"status":"failed","since":{{{{since}}}},{{{{more}}}}"outcome":{"ending":"dead_lettered","failure":{"kind":"unknown","detail":"x"},"resumeAt":{"state":"{{{{stoppedAt}}}}"}},"charge":{"charged":"{{{{charged}}}}","evidence":"x"}}""";

    private Task Store(string key, string owner, params string[] rounds) => database.Store(key, $$"""{"v":1,"owner":"{{owner}}","createdAt":5,"rounds":[{{string.Join(',', rounds)}}]}""");

    private static string StoredDocuments([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Grains.Tests", "StoredDocuments"));
}
