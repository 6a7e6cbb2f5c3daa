using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Storage.Reports;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresUserBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly Owner Ann = new("bot", "ann/x");

    private PostgresUserBook Book => new(database.Pool);

    public async Task InitializeAsync()
    {
        await database.Run("truncate videogen.grain_state");
        await Store("v-a", "bot/ann/x", 1, "a cat", Round("completed"));
        await Store("v-b", "bot/ann/x", 2, "a dog", Round("failed"), Round("in_progress", round: 2));
        await Store("v-c", "bot/ann/x", 3, "", Round("completed", deleted: true));
        await Store("v-d", "bot/ann/x", 4, "", Round("completed", deleted: true, removal: """{"notBefore":5,"failures":0}"""));
        await Store("v-e", "bot/ann/x", 5, "refused alone", """{"state":"refused","round":1}""");
        await Store("v-f", "bot/ann", 6, "of another", Round("completed"));
        await Store("v-g", "web/ann/x", 7, "of another client", Round("completed"));
        await database.Store("v-odd", """{"owner":"bot/ann/x","createdAt":8,"prompt":"odd","rounds":{"ticket":{}}}""");
        await database.Run("""insert into videogen.grain_state (state_name, grain_key, version, state) values ('quota', 'u-bot/ann/x', 1, '{"owner":"bot/ann/x","prompt":"none of it"}')""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_users_videos_are_listed_and_no_others_page_by_page()
    {
        var newest = await Book.List(Ann, after: null, oldestFirst: false, 2, CancellationToken.None);
        Assert.Equal(["v-b 2", "v-b 1"], newest.Select(id => $"{id.RequestKey} {id.Round}"));
        var rest = await Book.List(Ann, newest[^1], oldestFirst: false, 2, CancellationToken.None);
        Assert.Equal(["v-a 1"], rest.Select(id => $"{id.RequestKey} {id.Round}"));
        Assert.Equal("v-a", (await Book.List(Ann, after: null, oldestFirst: true, 1, CancellationToken.None)).Single().RequestKey);
        Assert.Empty(await Book.List(new("bot", "nobody"), after: null, oldestFirst: true, 1, CancellationToken.None));
    }

    [Fact]
    public async Task They_are_counted_by_status_deleted_ones_too() => Assert.Equal(
        new Dictionary<string, long> { ["completed"] = 3, ["failed"] = 1, ["in_progress"] = 1 }, await Book.ByStatus(Ann, CancellationToken.None));

    [Fact]
    public async Task What_has_words_or_files_is_found_whatever_became_of_it()
    {
        Assert.Equal(["v-a", "v-b", "v-e", "v-odd", "v-d"], await Book.WithWords(Ann, 10, CancellationToken.None));
        Assert.Equal(["v-a"], await Book.WithWords(Ann, 1, CancellationToken.None));
        Assert.Equal(1, await Book.BeingErased(Ann, CancellationToken.None)); // v-d, whose file is still to go.
    }

    /// <summary>A user may have more requests than one call takes, and a store that does not answer keeps those that it has to itself.</summary>
    [Fact]
    public async Task What_waits_for_its_files_to_go_keeps_nothing_else_from_being_erased()
    {
        await database.Run("update videogen.grain_state set state = state || '{\"erasedAt\":9}' where grain_key in ('v-a', 'v-b')");
        Assert.Equal(["v-e", "v-odd", "v-a"], await Book.WithWords(Ann, 3, CancellationToken.None));
        Assert.Equal(3, await Book.BeingErased(Ann, CancellationToken.None));
    }

    private static string Round(string status, int round = 1, bool deleted = false, string removal = "null") =>
        $$"""{"state":"ended","round":{{round}},"status":"{{status}}","stages":[{{round}}],"outcome":{"ending":"{{status}}"},"deleted":{{(deleted ? "true" : "false")}},"removal":{{removal}}}""";

    private Task Store(string key, string owner, int createdAt, string prompt, params string[] rounds) => database.Store(
        key,
        $$"""{"owner":"{{owner}}","createdAt":{{createdAt}},"prompt":"{{prompt}}",{{(prompt.Length == 0 ? "\"erasedAt\":5," : "")}}"rounds":[{{string.Join(',', rounds)}}]}""");
}
