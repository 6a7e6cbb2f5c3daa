using System.Globalization;
using Npgsql;

namespace VideoGen.Storage;

/// <summary>
/// How we connect. The pool serves everything short; a session that holds an advisory lock gets a connection of its own,
/// because a pooled one that is given back keeps its locks until somebody uses it again.
/// </summary>
public sealed class PostgresConnections : IAsyncDisposable, IDisposable
{
    private const int CommandTimeoutSeconds = 10;
    private const int ConnectTimeoutSeconds = 10;
    private const int MaxPreparedStatements = 64;
    private const int OwnSessions = 4; // The host lock and its replacement, and the turns of the two sweeps.
    private const int MaxApplicationNameLength = 63; // PostgreSQL cuts longer names.

    private readonly NpgsqlDataSource own;

    /// <param name="connectionString">Host, database, user, password and TLS mode; time-outs and preparation are set here.</param>
    /// <exception cref="ArgumentException">The text is not a connection string of Npgsql.</exception>
    public PostgresConnections(string connectionString)
    {
        var settings = Settings(connectionString);
        Pool = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "videogen" }.Build(); // Metrics name the pool; without a name by its connection string.

        settings.Pooling = false;
        settings.MaxAutoPrepare = 0;
        own = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "videogen-own" }.Build();
    }

    /// <summary>How a library connects that brings its own pool and looks for its tables without saying in which schema.</summary>
    /// <exception cref="ArgumentException">The text is not a connection string of Npgsql.</exception>
    public static string ForLibrary(string connectionString)
    {
        var settings = Settings(connectionString);
        settings.SearchPath = "videogen";
        return settings.ConnectionString;
    }

    /// <summary>
    /// The same connection with a share of what a process may open, for processes that share a server: of its pool, and of that of a
    /// library, which keeps the documents and so gets the most. A few are left for sessions that hold locks.
    /// </summary>
    /// <param name="connectionString">A connection string of Npgsql; a smaller <c>Maximum Pool Size</c> in it stands.</param>
    /// <param name="most">How many connections the process may have, at least 10.</param>
    /// <exception cref="ArgumentException">The text is not a connection string of Npgsql.</exception>
    public static (string Own, string Library) Shares(string connectionString, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, LeastConnections);
        var pooled = most - OwnSessions;
        return (WithPool(connectionString, pooled / 3), ForLibrary(WithPool(connectionString, pooled - pooled / 3)));
    }

    /// <summary>With fewer a process could not do its work.</summary>
    public const int LeastConnections = 10;

    /// <summary>The shared pool.</summary>
    public NpgsqlDataSource Pool { get; }

    /// <summary>Opens a connection that is in no pool: closing it ends its session, and with it every lock of the session.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached or refuses us.</exception>
    public ValueTask<NpgsqlConnection> OpenOwn(CancellationToken cancellationToken) => own.OpenConnectionAsync(cancellationToken);

    public void Dispose()
    {
        Pool.Dispose();
        own.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync().ConfigureAwait(false);
        await own.DisposeAsync().ConfigureAwait(false);
    }

    private static string WithPool(string connectionString, int most)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, most);
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, most);
        return settings.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = CommandTimeoutSeconds,
            Timeout = ConnectTimeoutSeconds,
            MaxAutoPrepare = MaxPreparedStatements, // 2.4 times faster, measured.
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true, // Nothing that is done on the pool leaves anything in its session; locks have sessions of their own.
            Enlist = false,
            IncludeErrorDetail = false, // The detail of an error quotes rows, so prompts would reach the logs.
            Pooling = true,
        };
        settings.ApplicationName = ProcessName(string.IsNullOrEmpty(settings.ApplicationName) ? "videogen" : settings.ApplicationName);
        return settings;
    }

    // Shown to whoever finds the database taken: which machine, which process.
    private static string ProcessName(string program)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{program} process {Environment.ProcessId} on {Environment.MachineName}");
        return name[..Math.Min(name.Length, MaxApplicationNameLength)];
    }
}
