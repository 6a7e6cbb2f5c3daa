using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Orleans.Storage;
using VideoGen.Storage.States;

namespace VideoGen.Storage.Tests.States;

public sealed class PostgresGrainStorageTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    private readonly PostgresGrainStorage storage = new(database.Pool, Json);

    [Fact]
    public async Task What_was_never_written_is_a_new_document_without_an_etag()
    {
        var state = new GrainState<Document> { ETag = "7", RecordExists = true };
        await storage.ReadStateAsync("doc", Grain("v-never"), state);

        Assert.NotNull(state.State);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task A_document_comes_back_as_it_was_written()
    {
        var written = await Write("v-round", new() { Text = "käse 🧀 \"'\\", Shape = new Shape.Circle(2.5m) });
        Assert.Equal("1", written.ETag);
        Assert.True(written.RecordExists);

        var read = await Read("v-round");
        Assert.Equal("1", read.ETag);
        Assert.True(read.RecordExists);
        Assert.Equal(written.State!.Text, read.State!.Text);
        Assert.Equal(written.State.Shape, read.State.Shape);
    }

    [Fact]
    public async Task A_discriminator_is_found_where_jsonb_does_not_put_it_first()
    {
        await Write("v-order", new() { Shape = new Shape.Box(1, 2) });

        // jsonb puts shorter names first: a, b, then kind.
        Assert.StartsWith("{\"a\"", await database.One<string>("select (state -> 'shape')::text from videogen.grain_state where grain_key = 'v-order'"), StringComparison.Ordinal);
        Assert.Equal(new Shape.Box(1, 2), (await Read("v-order")).State!.Shape);
    }

    [Fact]
    public void Options_that_would_not_find_it_are_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => new PostgresGrainStorage(database.Pool, new JsonSerializerOptions()));
        Assert.Contains("AllowOutOfOrderMetadataProperties", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loser_of_a_race_is_told_both_etags_and_changes_nothing()
    {
        await Write("v-race", new() { Text = "first" });
        var (a, b) = (await Read("v-race"), await Read("v-race"));
        a.State!.Text = "a";
        b.State!.Text = "b";
        await storage.WriteStateAsync("doc", Grain("v-race"), a);

        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("doc", Grain("v-race"), b));

        Assert.Equal("2", lost.StoredEtag);
        Assert.Equal("1", lost.CurrentEtag);
        Assert.Equal("1", b.ETag);
        Assert.Equal("a", (await Read("v-race")).State!.Text);
    }

    [Fact]
    public async Task A_first_write_over_a_document_is_lost_too()
    {
        await Write("v-second", new() { Text = "first" });

        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => Write("v-second", new() { Text = "second" }));

        Assert.Equal("1", lost.StoredEtag);
        Assert.Null(lost.CurrentEtag);
    }

    [Fact]
    public async Task A_write_over_a_document_that_is_gone_is_lost()
    {
        var lost = await Assert.ThrowsAsync<InconsistentStateException>(
            () => storage.WriteStateAsync("doc", Grain("v-gone"), new GrainState<Document>(new(), "3")));

        Assert.Null(lost.StoredEtag);
    }

    [Fact]
    public async Task A_nul_is_refused_before_it_is_sent()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => Write("v-nul", new() { Text = "a\0b" }));

        Assert.Contains("NUL", refused.Message, StringComparison.Ordinal);
        Assert.False((await Read("v-nul")).RecordExists);

        await Write("v-nul", new() { Text = @"a\u0000b" }); // Six characters, no NUL.
        Assert.Equal(@"a\u0000b", (await Read("v-nul")).State!.Text);
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_is_named_and_left()
    {
        await database.Run("""insert into videogen.grain_state (state_name, grain_key, version, state) values ('doc', 'v-odd', 4, '{"shape":{"kind":"cone"}}')""");

        var unreadable = await Assert.ThrowsAsync<InvalidOperationException>(() => Read("v-odd"));

        Assert.Contains("'doc' of test/v-odd, version 4", unreadable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_is_never_cleared() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => storage.ClearStateAsync("doc", Grain("v-clear"), new GrainState<Document>(new())));

    [Fact]
    public async Task An_etag_of_another_storage_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => storage.WriteStateAsync("doc", Grain("v-etag"), new GrainState<Document>(new(), "W/\"1\"")));

    [Fact]
    public async Task A_database_that_is_away_is_an_exception_and_not_an_empty_state()
    {
        await using var away = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = 1, Pooling = false });
        var state = new GrainState<Document>(new() { Text = "kept" }, "5");

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new PostgresGrainStorage(away, Json).ReadStateAsync("doc", Grain("v-away"), state));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new PostgresGrainStorage(away, Json).WriteStateAsync("doc", Grain("v-away"), state));

        Assert.Equal(("kept", "5"), (state.State!.Text, state.ETag));
    }

    private static GrainId Grain(string key) => GrainId.Create("test", key);

    private async Task<GrainState<Document>> Write(string key, Document document)
    {
        var state = new GrainState<Document>(document);
        await storage.WriteStateAsync("doc", Grain(key), state);
        return state;
    }

    private async Task<GrainState<Document>> Read(string key)
    {
        var state = new GrainState<Document>();
        await storage.ReadStateAsync("doc", Grain(key), state);
        return state;
    }

    internal sealed class Document
    {
        public string? Text { get; set; }

        public Shape? Shape { get; set; }
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Box), "box")]
    internal abstract record Shape
    {
        private Shape() { }

        public sealed record Circle(decimal R) : Shape;

        public sealed record Box(int A, int B) : Shape;
    }
}
