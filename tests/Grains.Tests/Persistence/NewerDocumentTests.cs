using VideoGen.Grains.Requests;
using VideoGen.Grains.Tests.Requests;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Persistence;

/// <summary>What a newer program wrote, or what this one does not understand, is left as it is, and nothing is paid on it.</summary>
public sealed class NewerDocumentTests
{
    [Theory]
    [InlineData("""{"v":2,"rounds":[]}""", "This request's document has version 2; this program knows 1.")]
    [InlineData("""{"v":0,"rounds":[]}""", "This request's document has version 0; this program knows 1.")]
    [InlineData("""{"v":1,"rounds":[{"state":"teleporting"}]}""", "teleporting")]
    public async Task A_document_of_a_newer_program_is_not_touched(string document, string said)
    {
        await using var world = new World();
        world.Disk.Put(GrainNames.VideoRequest, World.Key(), document);

        Assert.Contains(said, (await Assert.ThrowsAnyAsync<Exception>(() => world.Drive(world.Ask()))).ToString(), StringComparison.Ordinal);
        Assert.Contains(said, (await Assert.ThrowsAnyAsync<Exception>(world.Wake)).ToString(), StringComparison.Ordinal);

        Assert.Equal(document, world.Disk.Json(GrainNames.VideoRequest, World.Key()));
        Assert.Empty(world.Provider.Log);
    }

    [Fact]
    public async Task A_quota_of_a_newer_program_is_not_touched_and_lets_nothing_through()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Ended();
        var (key, newer) = MakeNewer(world, GrainNames.Quota);
        world.Time.Advance(TimeSpan.FromHours(1));

        await world.Drive(world.Ask("a dog"));
        await world.Until(() => world.State("a dog") is RequestState.Ended, what: "the refusal");
        Assert.Equal(Codes.AdmissionUnavailable, Assert.IsType<RequestOutcome.Failed>(((RequestState.Ended)world.State("a dog")).Outcome).Code);

        Assert.Equal(newer, world.Disk.Json(GrainNames.Quota, key));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_key_of_a_newer_program_is_not_touched_and_asks_nothing()
    {
        await using var world = new World();
        await world.Drive(AskWithKey(world, "a cat"));
        var (key, newer) = MakeNewer(world, GrainNames.Idempotency);

        await Assert.ThrowsAnyAsync<Exception>(() => world.Drive(AskWithKey(world, "a dog")));

        Assert.Equal(newer, world.Disk.Json(GrainNames.Idempotency, key));
        Assert.Null(world.Disk.Json(GrainNames.VideoRequest, World.Key("a dog")));
    }

    /// <summary>A newer program wrote the only document of that name, and then this one was started again.</summary>
    private static (string Key, string Document) MakeNewer(World world, string name)
    {
        var key = Assert.Single(world.Disk.Keys(name));
        var newer = world.Disk.Json(name, key)!.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal);
        world.Disk.Put(name, key, newer);
        world.CrashAndStart();
        return (key, newer);
    }

    private static Task<IdempotentAnswer> AskWithKey(World world, string prompt) =>
        world.Grains.GetGrain<IIdempotencyGrain>(IdempotencyKey.For(new("local", "alice"), "key-1")).Ask(prompt, World.Wish(prompt));
}
