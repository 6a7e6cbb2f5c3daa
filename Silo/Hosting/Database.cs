using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Gateway.Hosting;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;

namespace VideoGen.Silo.Hosting;

/// <summary>The database: yours where a connection string is configured, else a private one that lives and ends with this process.</summary>
internal static class Database
{
    /// <returns>What to dispose last, and how to connect.</returns>
    /// <exception cref="PrivatePostgresException">The private one cannot start; the message says what to do.</exception>
    public static async Task<(IAsyncDisposable Owned, string ConnectionString)> Open(IConfiguration configuration, string dataFolder)
    {
        if (ConfiguredDatabase.ConnectionString(configuration) is { } configured) return (new Nobodys(), configured);
        using var logs = LoggerFactory.Create(Logs.Configure);
        var postgres = await PrivatePostgres.Start(
            Private(dataFolder),
            logs.CreateLogger<PrivatePostgres>()).ConfigureAwait(false);
        return (postgres, postgres.ConnectionString);
    }

    /// <summary>The same database for a command, whether a host runs beside it or not. It may run the work again: twice must be once.</summary>
    /// <exception cref="PrivatePostgresException">The private one cannot start; the message says what to do.</exception>
    public static Task<T> Visit<T>(IConfiguration configuration, string dataFolder, Func<string, Task<T>> work, CancellationToken cancellationToken) =>
        ConfiguredDatabase.ConnectionString(configuration) is { } configured
            ? work(configured)
            : PostgresVisit.Run(Private(dataFolder), work, NullLogger.Instance, cancellationToken);

    private static PrivatePostgresOptions Private(string dataFolder) => new() { Directory = Path.Combine(dataFolder, "postgres") };

    private sealed class Nobodys : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
