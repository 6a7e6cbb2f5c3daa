using Microsoft.Extensions.Logging.Abstractions;
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
            Private(dataFolder),
            logs.CreateLogger<PrivatePostgres>()).ConfigureAwait(false);
        return (postgres, postgres.ConnectionString);
    }

    /// <summary>The same database for a command, whether a host runs beside it or not. It may run the work again: twice must be once.</summary>
    /// <exception cref="PrivatePostgresException">The private one cannot start; the message says what to do.</exception>
    public static Task<T> Visit<T>(IConfiguration configuration, string dataFolder, Func<string, Task<T>> work, CancellationToken cancellationToken) =>
        configuration.GetConnectionString(ConnectionName) is { Length: > 0 } configured
            ? work(configured)
            : PostgresVisit.Run(Private(dataFolder), work, NullLogger.Instance, cancellationToken);

    private static PrivatePostgresOptions Private(string dataFolder) => new() { Directory = Path.Combine(dataFolder, "postgres") };

    private sealed class Nobodys : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
