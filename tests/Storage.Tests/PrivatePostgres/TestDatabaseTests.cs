using Npgsql;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

public sealed class TestDatabaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Each_test_class_gets_an_empty_database_that_answers()
    {
        await using var count = database.DataSource.CreateCommand("select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')");
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Two_test_classes_never_share_a_database()
    {
        var other = new TestDatabase();
        await other.InitializeAsync();
        try
        {
            Assert.NotEqual(
                new NpgsqlConnectionStringBuilder(database.ConnectionString).Database,
                new NpgsqlConnectionStringBuilder(other.ConnectionString).Database);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }
}
