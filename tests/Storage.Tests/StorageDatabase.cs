using Npgsql;
using VideoGen.Storage.Schema;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

/// <summary>A database of its own for a test class, with our schema, reached as a host reaches it.</summary>
public sealed class StorageDatabase : IAsyncLifetime, IDisposable
{
    private readonly TestDatabase empty = new();
    private PostgresConnections? connections;

    public PostgresConnections Connections => connections ?? throw new InvalidOperationException("Made in InitializeAsync.");

    public NpgsqlDataSource Pool => Connections.Pool;

    public string ConnectionString => empty.ConnectionString;

    public async Task InitializeAsync()
    {
        await empty.InitializeAsync();
        connections = new(empty.ConnectionString);
        await SchemaMigrations.Apply(Pool, CancellationToken.None);
    }

    public void Dispose() => connections?.Dispose();

    public async Task DisposeAsync()
    {
        await empty.DisposeAsync();
    }

    public async Task Run(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> One<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The lines of a query's plan.</summary>
    public async Task<string> Plan(string sql, params object[] values)
    {
        await using var command = Command("explain " + sql, values);
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync()) lines.Add(rows.GetString(0));
        return string.Join('\n', lines);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = Pool.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
