using Npgsql;
using VideoGen.Storage.Schema;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Schema;

public sealed class SchemaMigrationsTests : IAsyncLifetime
{
    private static readonly SchemaFile First = new(1, "first", "create table videogen.one (id integer)");
    private static readonly SchemaFile Second = new(2, "second", "create table videogen.two (id integer)");

    private readonly TestDatabase database = new();

    public Task InitializeAsync() => database.InitializeAsync();

    public Task DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Hosts_that_start_together_apply_each_file_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SchemaMigrations.Apply(database.DataSource, CancellationToken.None)));

        Assert.NotEmpty(SchemaFile.Embedded);
        Assert.Equal(SchemaFile.Embedded.Select(f => $"{f.Version} {f.Name} {f.Checksum}"), await Versions());
    }

    [Fact]
    public async Task Starting_again_changes_nothing_and_needs_no_right_to_create()
    {
        await SchemaMigrations.Apply(database.DataSource, CancellationToken.None);
        await Run("create role reader login password 'reader'; grant usage on schema videogen to reader; grant select on videogen.schema_versions to reader");
        await using var reader = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "reader", Password = "reader", Pooling = false });

        await SchemaMigrations.Apply(reader, CancellationToken.None);
    }

    [Fact]
    public async Task A_newer_program_applies_only_what_is_missing()
    {
        await Apply(First);
        await Apply(First, Second);

        Assert.Equal([$"1 first {First.Checksum}", $"2 second {Second.Checksum}"], await Versions());
    }

    [Fact]
    public async Task Keys_of_the_released_schema_may_see_and_ask_and_stay_in_force_or_revoked()
    {
        var released = SchemaFile.Embedded.TakeWhile(f => f.Name != "admin").ToArray();
        await Apply(released);
        await Run("insert into videogen.clients (name, plan) values ('bot', 'pro'); insert into videogen.client_keys (client, prefix, hash, revoked_at) values ('bot', 'vg_1', sha256('1'), null), ('bot', 'vg_2', sha256('2'), now())");

        await Apply([.. SchemaFile.Embedded]);

        await using var command = database.DataSource.CreateCommand(
            "select string_agg(concat_ws(' ', k.prefix, k.scopes::text, k.name, k.expires_at, k.successor, videogen.is_in_force(k)), '; ' order by k.id) from videogen.client_keys k");
        Assert.Equal("vg_1 {generate,read} t; vg_2 {generate,read} f", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await Apply(First, Second);

        var refused = await Assert.ThrowsAsync<SchemaException>(() => Apply(First));

        Assert.Contains("version 2, newer than this program, which knows 1. Start the newer program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_refused_by_name()
    {
        await Apply(First, Second);

        var refused = await Assert.ThrowsAsync<SchemaException>(() => Apply(First with { Sql = First.Sql + " -- changed" }, Second));

        Assert.Contains("another text of 001_first.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<PostgresException>(() => Apply(First, new(2, "broken", "create table videogen.one (id integer)")));
        await Apply(First, Second);

        Assert.Equal(2, (await Versions()).Count);
    }

    [Fact]
    public void Line_ends_of_a_checkout_are_no_change() =>
        Assert.Equal(new SchemaFile(1, "a", "select 1;\nselect 2;\n").Checksum, new SchemaFile(1, "a", "select 1;\r\nselect 2;\r\n").Checksum);

    [Fact]
    public void The_files_are_numbered_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, SchemaFile.Embedded.Count), SchemaFile.Embedded.Select(f => f.Version));

    private Task Apply(params SchemaFile[] files) => SchemaMigrations.Apply(database.DataSource, files, CancellationToken.None);

    private async Task Run(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<string>> Versions()
    {
        await using var command = database.DataSource.CreateCommand("select version || ' ' || name || ' ' || checksum from videogen.schema_versions order by version");
        await using var rows = await command.ExecuteReaderAsync();
        var versions = new List<string>();
        while (await rows.ReadAsync()) versions.Add(rows.GetString(0));
        return versions;
    }
}
