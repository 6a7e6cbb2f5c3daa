using Npgsql;

namespace VideoGen.Storage.Tests.Budgets;

/// <summary>As many processes as eight connections can be: each call comes over one of them.</summary>
internal sealed class EightProcesses(StorageDatabase database) : IAsyncDisposable
{
    private readonly PostgresConnections[] processes =
    [
        .. Enumerable.Range(0, 8).Select(_ => new PostgresConnections(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1 }.ConnectionString)),
    ];

    /// <summary>So many calls at once, of all of them.</summary>
    public Task<T[]> Call<T>(int times, Func<NpgsqlDataSource, int, Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(i => Task.Run(() => call(processes[i % processes.Length].Pool, i))));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
    }
}
