using System.Text.Json;
using Npgsql;
using Orleans.Storage;
using VideoGen.Storage.States;
using VideoGen.Tests.Conformance;

namespace VideoGen.Storage.Tests.States;

public sealed class PostgresGrainStorageTests(StorageDatabase database) : GrainStorageConformance, IClassFixture<StorageDatabase>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    private readonly PostgresGrainStorage storage = new(database.Pool, Json);

    protected override Task With(Func<IGrainStorage, Task> test) => test(storage);

    [Fact]
    public async Task The_etag_is_the_rows_version()
    {
        var state = new GrainState<Document>(new());
        await storage.WriteStateAsync("doc", Grain("v-version"), state);
        Assert.Equal("1", state.ETag);
        await storage.WriteStateAsync("doc", Grain("v-version"), state);
        Assert.Equal("2", state.ETag);

        Assert.Equal(2, await database.One<int>("select version from videogen.grain_state where grain_key = 'v-version'"));
    }

    [Fact]
    public async Task Members_are_stored_in_the_order_of_jsonb()
    {
        await storage.WriteStateAsync("doc", Grain("v-jsonb"), new GrainState<Document>(new() { Shape = new Shape.Box(1, 2) }));

        // jsonb puts shorter names first: a, b, then kind.
        Assert.StartsWith("{\"a\"", await database.One<string>("select (state -> 'shape')::text from videogen.grain_state where grain_key = 'v-jsonb'"), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_would_not_find_a_discriminator_are_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => new PostgresGrainStorage(database.Pool, new JsonSerializerOptions()));
        Assert.Contains("AllowOutOfOrderMetadataProperties", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_is_named_with_its_version()
    {
        await database.Run("""insert into videogen.grain_state (state_name, grain_key, version, state) values ('doc', 'v-cone', 4, '{"shape":{"kind":"cone"}}')""");

        var unreadable = await Assert.ThrowsAsync<InvalidOperationException>(() => storage.ReadStateAsync("doc", Grain("v-cone"), new GrainState<Document>()));

        Assert.Contains("'doc' of test/v-cone, version 4", unreadable.Message, StringComparison.Ordinal);
    }

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
}
