using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Tests.Files;

public sealed class MediaBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    /// <summary>When the stored documents were written.</summary>
    private static readonly DateTimeOffset Written = DateTimeOffset.FromUnixTimeMilliseconds(1795176000000);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly MediaBook book = new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state");

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Every stored document of every released version: whose files are wanted a year later, if they are kept for a week.</summary>
    [Theory]
    [InlineData("completed", UnwantedReason.Expired)]
    [InlineData("completed-deleted", null)] // Its removal is still owed, and the request itself does it.
    [InlineData("cancelled", UnwantedReason.Removed)]
    [InlineData("failed-charged", UnwantedReason.Removed)]
    [InlineData("rejected", UnwantedReason.Removed)]
    [InlineData("refused", null)]
    [InlineData("dead-at-saving", null)]
    [InlineData("dead-at-running", null)]
    [InlineData("saving", null)]
    [InlineData("running", null)]
    [InlineData("queued", null)]
    public async Task The_files_of_what_lives_or_may_go_on_are_wanted(string document, UnwantedReason? reason)
    {
        await Store(document, _ => { });

        Assert.Equal(reason, await Reason(Written + TimeSpan.FromDays(365), Week));
    }

    [Fact]
    public async Task A_completed_video_is_kept_for_as_long_as_was_said_and_at_least_for_its_window()
    {
        await Store("completed", _ => { });

        Assert.Null(await Reason(Written + TimeSpan.FromDays(365), retainFor: null));
        Assert.Null(await Reason(Written + Week, Week));
        Assert.Equal(UnwantedReason.Expired, await Reason(Written + Week + TimeSpan.FromMilliseconds(1), Week));
        // The window of the round, whatever the configuration has become since.
        var windowEnds = Written + TimeSpan.FromHours(24) + TimeSpan.FromMinutes(5);
        Assert.Null(await Reason(windowEnds, TimeSpan.FromHours(1)));
        Assert.Equal(UnwantedReason.Expired, await Reason(windowEnds + TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_video_that_its_prompt_is_answered_with_without_end_is_kept_without_end()
    {
        static JsonArray Orphans(string? charged) => [new JsonObject { ["jobId"] = "job_2", ["charged"] = charged }];

        await Store("completed", d => d["orphans"] = Orphans("unknown"));
        Assert.Null(await Reason(Written + TimeSpan.FromDays(365), Week));
        await Store("completed", d => d["orphans"] = Orphans(null));
        Assert.Null(await Reason(Written + TimeSpan.FromDays(365), Week));
        await Store("completed", d => d["orphans"] = Orphans("no"));
        Assert.Equal(UnwantedReason.Expired, await Reason(Written + TimeSpan.FromDays(365), Week));
    }

    [Fact]
    public async Task A_file_that_came_back_after_its_removal_is_not_wanted()
    {
        await Store("completed-deleted", d => d["rounds"]![0]!.AsObject().Remove("removal"));

        Assert.Equal(UnwantedReason.Removed, await Reason(Written, retainFor: null));
    }

    [Fact]
    public async Task What_no_document_knows_is_told_apart()
    {
        await Store("completed", _ => { });

        var unwanted = await book.Unwanted([new("v-1", 1), new("v-1", 2), new("v-2", 1)], Written, retainFor: null, CancellationToken.None);

        Assert.Equal([new(new("v-1", 2), UnwantedReason.Unknown), new(new("v-2", 1), UnwantedReason.Unknown)], unwanted.OrderBy(u => u.Id.RequestKey, StringComparer.Ordinal));
    }

    private async Task<UnwantedReason?> Reason(DateTimeOffset now, TimeSpan? retainFor) =>
        (await book.Unwanted([new("v-1", 1)], now, retainFor, CancellationToken.None)).SingleOrDefault()?.Reason;

    private async Task Store(string document, Action<JsonNode> change, [CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Grains.Tests", "StoredDocuments", "v1");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, document + ".json")))!;
        change(json);
        await database.Run("truncate videogen.grain_state");
        await database.Run(
            "insert into videogen.grain_state (state_name, grain_key, version, state) values ($1, 'v-1', 1, $2::jsonb)", GrainNames.VideoRequest, json.ToJsonString());
    }
}
