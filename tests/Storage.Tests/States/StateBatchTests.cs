using System.Globalization;
using System.Text;
using Npgsql;
using VideoGen.Storage.States;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.States;

/// <summary>Grains that write at the same moment share a statement; what each of them is told is still its own.</summary>
public sealed class StateBatchTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private readonly StateTable table = new(database.Pool);

    [Fact]
    public async Task Many_documents_at_once_are_few_commits()
    {
        // Both lanes wait for rows that somebody else holds, so that all the others come while nothing is sent.
        await using var holder = await database.Connections.OpenOwn(CancellationToken.None);
        await using var held = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("insert into videogen.grain_state (state_name, grain_key, version, state) values ('held', 'v-0', 1, '{}'), ('held', 'v-1', 1, '{}')", holder))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var waiting = new List<Task<int?>>();
        for (var lane = 0; lane < 2; lane++)
        {
            waiting.Add(Write("held", $"v-{lane}", null, "{}"));
            await Until.True("the lane waits", async () => await database.One<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == waiting.Count);
        }

        var writes = Enumerable.Range(0, 200).Select(i => Write("many", $"v-{i}", null, $$"""{"number":{{i}}}""")).ToArray();
        await held.RollbackAsync();
        Assert.Equal([1, 1], await Task.WhenAll(waiting));
        var versions = await Task.WhenAll(writes);

        Assert.All(versions, version => Assert.Equal(1, version));
        Assert.Equal(200, await database.One<long>("select count(*) from videogen.grain_state where state_name = 'many' and grain_key = 'v-' || (state ->> 'number')"));
        Assert.InRange(await database.One<long>("select count(distinct xmin::text) from videogen.grain_state where state_name = 'many'"), 1, 20);
    }

    [Fact]
    public async Task Each_document_of_a_batch_has_its_own_race()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Write("races", $"v-{i}", null, "{}")));

        // In turns: over the right version, over a version that is not there, and as a first write of what is there.
        var versions = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Write("races", $"v-{i}", (i % 3) switch { 0 => 1, 1 => 7, _ => null }, """{"again":true}""")));

        Assert.Equal(Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 2 : (int?)null), versions);
        Assert.Equal(20, await database.One<long>("select count(*) from videogen.grain_state where state_name = 'races' and version = 2 and state ? 'again'"));
        Assert.Equal(40, await database.One<long>("select count(*) from videogen.grain_state where state_name = 'races' and version = 1 and not state ? 'again'"));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 2)]
    public async Task Of_writers_of_one_row_in_a_batch_one_wins(int? expected, int won)
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"v-same-{won}-{round}";
            if (expected is not null) await Write("same", key, null, "{}");

            // Both lanes are busy with others when they come, so they go together.
            var others = new[] { Write("same", key + "-a", null, "{}"), Write("same", key + "-b", null, "{}") };
            var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Write("same", key, expected, $$"""{"writer":{{i}}}""")));

            await Task.WhenAll(others);
            Assert.Equal([won], versions.Where(version => version is not null));
            var stored = await table.Read("same", key, CancellationToken.None);
            Assert.Equal($$"""{"writer": {{Array.IndexOf(versions, won)}}}""", Encoding.UTF8.GetString(stored!.Json));
        }
    }

    [Theory]
    [InlineData("""{"createdAt":"soon"}""", PostgresErrorCodes.InvalidTextRepresentation)]
    [InlineData("""{"createdAt":1e400}""", PostgresErrorCodes.NumericValueOutOfRange)]
    [InlineData("""{"text":"half \ud800 of it"}""", PostgresErrorCodes.InvalidTextRepresentation)]
    [InlineData("""{"open":""", PostgresErrorCodes.InvalidTextRepresentation)]
    public async Task A_document_that_the_database_refuses_does_not_take_its_neighbours_with_it(string poison, string code)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"poison {poison.GetHashCode(StringComparison.Ordinal)}");

        var before = Enumerable.Range(0, 40).Select(i => Write(name, $"v-before-{i}", null, "{}")).ToArray();
        var refused = Write(name, "v-poison", null, poison);
        var after = Enumerable.Range(0, 40).Select(i => Write(name, $"v-after-{i}", null, "{}")).ToArray();

        Assert.Equal(code, (await Assert.ThrowsAsync<PostgresException>(() => refused)).SqlState);
        Assert.All(await Task.WhenAll([.. before, .. after]), version => Assert.Equal(1, version));
        Assert.Null(await table.Read(name, "v-poison", CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"createdAt":"soon"}""")]
    [InlineData("""{"open":""")]
    public async Task A_refused_document_leaves_nothing_behind_on_its_connection(string poison)
    {
        await using var connections = new PostgresConnections(database.ConnectionString + ";Maximum Pool Size=1");
        var alone = new StateTable(connections.Pool);
        Task<int?> Alone(string json, int? expected) => alone.Write("behind", $"v-{poison.Length}", expected, Encoding.UTF8.GetBytes(json), CancellationToken.None);

        Assert.Equal(1, await Alone("{}", null));
        await Assert.ThrowsAsync<PostgresException>(() => Alone(poison, 1)); // The second time a statement is used is when it is prepared.

        Assert.Equal(2, await Alone("{}", 1));
        Assert.Equal(3, await Alone("{}", 2));
    }

    [Fact]
    public async Task What_many_read_at_once_is_each_ones_own()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Write("reads", $"v-{2 * i}", null, $$"""{"number":{{2 * i}}}""")));

        var rows = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => table.Read("reads", $"v-{i}", CancellationToken.None)));

        for (var i = 0; i < rows.Length; i++)
        {
            Assert.Equal(i % 2 == 0 ? $$"""1 {"number": {{i}}}""" : null, rows[i] is { } row ? $"{row.Version} {Encoding.UTF8.GetString(row.Json)}" : null);
        }
    }

    [Fact]
    public async Task A_batch_without_an_answer_is_unknown_to_all_and_the_next_one_is_sent()
    {
        await using var connections = new PostgresConnections(database.ConnectionString + ";Application Name=cut");
        var cut = new StateTable(connections.Pool);
        // The row that all batches come to is held: they are on the server, and have not been answered.
        await using var holder = await database.Pool.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        Assert.Equal(1, await Write("cut", "v-held", null, "{}"));
        await using (var hold = new NpgsqlCommand("select 1 from videogen.grain_state where state_name = 'cut' for update", holder)) await hold.ExecuteNonQueryAsync();
        var asked = Enumerable.Range(0, 8).Select(i => cut.Write("cut", i < 2 ? "v-held" : $"v-{i}", i < 2 ? 1 : null, "{}"u8.ToArray(), CancellationToken.None)).ToArray();
        await Until.True("both lanes wait for the row", async () => await database.One<long>("select count(*) from pg_stat_activity where application_name like 'cut%' and wait_event_type = 'Lock'") == 2);

        await database.Run("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'cut%'");

        Assert.All(await Task.WhenAll(asked.Take(2).Select(ask => Record.ExceptionAsync(() => ask))), failure => Assert.IsAssignableFrom<NpgsqlException>(failure));
        Assert.All(await Task.WhenAll(asked.Skip(2)), version => Assert.Equal(1, version));
    }

    private Task<int?> Write(string name, string key, int? expected, string json) => table.Write(name, key, expected, Encoding.UTF8.GetBytes(json), CancellationToken.None);
}
