using VideoGen.Storage.States;

namespace VideoGen.Storage.Tests.States;

/// <summary>The promise that nobody pays twice ends here: of writers that do not know of each other, one exists.</summary>
public sealed class StateRaceTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private readonly StateTable table = new(database.Pool);

    [Theory]
    [InlineData(2, 1_000)]
    [InlineData(8, 300)]
    public async Task Of_first_writers_exactly_one_wins(int writers, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var key = $"v-first-{writers}-{round}";
            var versions = await Race(writers, key, expected: null);

            Assert.Equal([1], versions.Where(v => v is not null));
            await EnsureStored(key, version: 1, writer: Array.IndexOf(versions, 1));
        }
    }

    [Theory]
    [InlineData(2, 500)]
    [InlineData(8, 150)]
    public async Task Of_later_writers_exactly_one_wins(int writers, int rounds)
    {
        var key = $"v-later-{writers}";
        var version = await table.Write("race", key, null, Document(-1), CancellationToken.None);
        for (var round = 0; round < rounds; round++)
        {
            var versions = await Race(writers, key, version);

            Assert.Equal([version + 1], versions.Where(v => v is not null));
            await EnsureStored(key, version!.Value + 1, writer: Array.IndexOf(versions, version + 1));
            version++;
        }
    }

    [Fact]
    public async Task A_write_over_another_version_writes_nothing()
    {
        Assert.Null(await table.Write("race", "v-none", 1, Document(0), CancellationToken.None));
        Assert.Null(await table.Read("race", "v-none", CancellationToken.None));

        Assert.Equal(1, await table.Write("race", "v-some", null, Document(1), CancellationToken.None));
        Assert.Null(await table.Write("race", "v-some", 2, Document(2), CancellationToken.None));
        await EnsureStored("v-some", version: 1, writer: 1);
    }

    [Fact]
    public async Task The_state_name_and_the_key_together_name_a_row()
    {
        Assert.Equal(1, await table.Write("one", "u-both", null, Document(1), CancellationToken.None));
        Assert.Equal(1, await table.Write("two", "u-both", null, Document(2), CancellationToken.None));
        Assert.Equal(1, await table.Write("one", "U-BOTH", null, Document(3), CancellationToken.None));
    }

    // Each with a table of its own, as in a process of its own: none of them shares a statement with another.
    private Task<int?[]> Race(int writers, string key, int? expected)
    {
        return Task.WhenAll(Enumerable.Range(0, writers).Select(
            writer => Task.Run(() => new StateTable(database.Pool).Write("race", key, expected, Document(writer), CancellationToken.None))));
    }

    private async Task EnsureStored(string key, int version, int writer)
    {
        var row = await table.Read("race", key, CancellationToken.None);
        Assert.Equal(version, row!.Version);
        Assert.Equal($$"""{"writer": {{writer}}}""", System.Text.Encoding.UTF8.GetString(row.Json));
    }

    private static byte[] Document(int writer) => System.Text.Encoding.UTF8.GetBytes($$"""{"writer":{{writer}}}""");
}
