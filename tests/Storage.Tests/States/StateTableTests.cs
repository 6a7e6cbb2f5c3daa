using System.Text;
using VideoGen.Storage.States;

namespace VideoGen.Storage.Tests.States;

public sealed class StateTableTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private readonly StateTable table = new(database.Pool);

    [Fact]
    public async Task Columns_are_read_from_the_document_and_follow_it()
    {
        await Write("v-columns", null, """{"status":"in_progress","owner":"local/alice","createdAt":1700000000000,"wakeAt":1700000005000}""");
        Assert.Equal("in_progress local/alice 1700000000000 1700000005000", await Columns("v-columns"));

        await Write("v-columns", 1, """{"status":"completed","owner":"local/alice","createdAt":1700000000000}""");
        Assert.Equal("completed local/alice 1700000000000 -", await Columns("v-columns"));
    }

    [Fact]
    public async Task A_document_without_those_members_is_stored_too()
    {
        await Write("u-columns", null, """{"v":1}""");
        Assert.Equal("- - - -", await Columns("u-columns"));
    }

    [Fact]
    public async Task Reads_and_writes_are_prepared_by_themselves()
    {
        await using var connections = new PostgresConnections(database.ConnectionString + ";Maximum Pool Size=1");
        var alone = new StateTable(connections.Pool);
        await alone.Write("prepared", "v-prepared", null, "{}"u8.ToArray(), CancellationToken.None);
        for (var version = 1; version <= 3; version++)
        {
            Assert.NotNull(await alone.Read("prepared", "v-prepared", CancellationToken.None));
            Assert.NotNull(await alone.Write("prepared", "v-prepared", version, "{}"u8.ToArray(), CancellationToken.None));
        }

        await using var prepared = connections.Pool.CreateCommand("select count(*) from pg_prepared_statements where statement like '%\\_state%($1, $2%'");
        Assert.Equal(2L, await prepared.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("""{"a":"x\u0000y"}""", true)]
    [InlineData("""{"a":"\u0000"}""", true)]
    [InlineData("""{"a":"\\\u0000"}""", true)]
    [InlineData("""{"a":"\\u0000"}""", false)]
    [InlineData("""{"a":"\u00001"}""", true)]
    [InlineData("""{"a":"\n\t\"\u0001"}""", false)]
    [InlineData("{}", false)]
    public void An_escaped_nul_is_found_and_an_escaped_backslash_is_none(string json, bool has) =>
        Assert.Equal(has, StateText.HasNul(Encoding.UTF8.GetBytes(json)));

    private async Task Write(string key, int? expected, string json) =>
        Assert.NotNull(await table.Write("columns", key, expected, Encoding.UTF8.GetBytes(json), CancellationToken.None));

    private Task<string> Columns(string key) => database.One<string>(
        """
        select concat_ws(' ', coalesce(status, '-'), coalesce(owner, '-'), coalesce(created_at::text, '-'), coalesce(wake_at::text, '-'))
        from videogen.grain_state where grain_key = $1
        """, key);
}
