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

    /// <summary>Writes a request's document as JSON, as it is: also one that no program of ours would write.</summary>
    public Task Store(string key, string document) =>
        Run("insert into videogen.grain_state (state_name, grain_key, version, state) values ('videorequest', $1, 1, $2::jsonb)", key, document);

    /// <summary>Writes so many documents of requests that nothing was asked of, so that reading all of them shows in a plan.</summary>
    public async Task StoreEmpty(int count)
    {
        await Run(
            "insert into videogen.grain_state (state_name, grain_key, version, state) select 'videorequest', 'v-' || n, 1, '{\"v\":1,\"owner\":\"bot/ann\",\"rounds\":[]}' from generate_series(1, $1) n", count);
        await Run("analyze videogen.grain_state");
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
