using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Storage;

namespace VideoGen.Tests;

/// <summary>
/// A fresh, empty database per test class (<c>IClassFixture&lt;TestDatabase&gt;</c>) on one throwaway PostgreSQL per test process.
/// The server starts with the first class that asks, and is stopped and removed when the test process ends, however it ends.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private static readonly Lazy<Task<PrivatePostgres>> Server = new(StartServer);
    private static int _databases;

    private NpgsqlDataSource? _dataSource;

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource DataSource => _dataSource ?? throw new InvalidOperationException("The database is made in InitializeAsync.");

    public async Task InitializeAsync()
    {
        var server = await Server.Value;
        var name = "test_" + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await using (var admin = new NpgsqlConnection(server.ConnectionString))
        {
            await admin.OpenAsync();
            await using var create = new NpgsqlCommand($"create database {name} template template0", admin);
            await create.ExecuteNonQueryAsync();
        }

        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, MaxPoolSize = 40 }.ConnectionString;
        _dataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>The database itself stays until the server is removed: dropping it would only cost time.</summary>
    public async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await using var others = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(others);
    }

    private static Task<PrivatePostgres> StartServer() => PrivatePostgres.Start(
        new PrivatePostgresOptions
        {
            Directory = Path.Combine(Path.GetTempPath(), "videogen-test-" + Path.GetRandomFileName()),
            // Each its own: of two that look at one port at once, one does not get it, and has no data for a second try.
            FirstPort = Random.Shared.Next(20_000, 30_000),
            Throwaway = true,
        },
        NullLogger.Instance);
}
