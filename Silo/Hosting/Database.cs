using VideoGen.Storage;

namespace VideoGen.Silo.Hosting;

/// <summary>The database: yours where a connection string is configured, else a private one that lives and ends with this process.</summary>
internal static class Database
{
    /// <summary><c>ConnectionStrings:VideoGen</c>, as Npgsql reads it.</summary>
    public const string ConnectionName = "VideoGen";

    /// <returns>What to dispose last, and how to connect.</returns>
    /// <exception cref="PrivatePostgresException">The private one cannot start; the message says what to do.</exception>
    public static async Task<(IAsyncDisposable Owned, string ConnectionString)> Open(IConfiguration configuration, string dataFolder)
    {
        if (configuration.GetConnectionString(ConnectionName) is { Length: > 0 } configured) return (new Nobodys(), configured);
        using var logs = LoggerFactory.Create(Logs.Configure);
        var postgres = await PrivatePostgres.Start(
            new PrivatePostgresOptions { Directory = Path.Combine(dataFolder, "postgres") },
            logs.CreateLogger<PrivatePostgres>()).ConfigureAwait(false);
        return (postgres, postgres.ConnectionString);
    }

    private sealed class Nobodys : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
