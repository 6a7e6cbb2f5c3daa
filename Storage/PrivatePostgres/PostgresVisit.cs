using Microsoft.Extensions.Logging;
using Npgsql;

namespace VideoGen.Storage;

/// <summary>
/// The private PostgreSQL for a short command: the running host's server where a host runs, else one of the command's own that ends
/// with it.
/// </summary>
public static class PostgresVisit
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>What a server answers that is being stopped, or that answers already but has no database of ours yet.</summary>
    private static readonly string[] PassingStates = [PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.InvalidCatalogName];

    /// <summary>
    /// Runs the work with a connection string. A host that starts or stops meanwhile takes its server along: the work is then done
    /// again, so twice must be the same as once.
    /// </summary>
    /// <exception cref="PrivatePostgresException">There is no server, and none can be started; the message says why and what to do.</exception>
    /// <exception cref="NpgsqlException">The server did not answer within <see cref="PrivatePostgresOptions.Patience"/>.</exception>
    public static async Task<T> Run<T>(PrivatePostgresOptions options, Func<string, Task<T>> work, ILogger log, CancellationToken ct)
    {
        var folder = PrivatePostgres.FolderOf(options);
        var start = options.Clock.GetTimestamp();
        while (true)
        {
            if (FolderLock.TryTake(folder) is { } free)
            {
                var own = await PrivatePostgres.Start(folder, free, options, log, ct).ConfigureAwait(false);
                await using (own.ConfigureAwait(false))
                {
                    return await work(own.ConnectionString).ConfigureAwait(false);
                }
            }

            var late = options.Clock.GetElapsedTime(start) > options.Patience;
            try
            {
                if (Running(folder, options) is { } connectionString) return await work(connectionString).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (!late && (e.IsTransient || (e is PostgresException { SqlState: var state } && Array.Exists(PassingStates, s => s == state))))
            {
                // It is just coming up or going away.
            }

            if (late)
            {
                throw new PrivatePostgresException(
                    $"The host that uses {folder.Path} has had no PostgreSQL for {options.Patience.TotalSeconds:0} s: look into its log, or stop it and try again.");
            }

            await Task.Delay(Step, options.Clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>How to reach the server of the host that has the folder; null while it has none that answers.</summary>
    private static string? Running(ServerFolder folder, PrivatePostgresOptions options) =>
        folder.DataVersion() is not null && new OldServer(folder, options.Clock).ReadyPort() is { } port
            ? ServerSettings.ConnectionString(folder, port, options.Database)
            : null;
}
