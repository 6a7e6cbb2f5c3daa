using Microsoft.Extensions.Logging;
using VideoGen.Storage.Processes;

namespace VideoGen.Storage;

/// <summary>
/// A PostgreSQL server of the host's own: made on first use, on loopback with a password, and gone when the host is gone,
/// for whatever reason. Dispose it last: disposing stops the server.
/// </summary>
public sealed partial class PrivatePostgres : IAsyncDisposable
{
    private readonly FolderLock _lock;
    private readonly WatchedProcess _server;
    private volatile bool _stopping;

    private PrivatePostgres(FolderLock hostLock, RunningServer running, PrivatePostgresOptions options, ServerFolder folder, ILogger log)
    {
        _lock = hostLock;
        _server = running.Process;
        Port = running.Port;
        ConnectionString = ServerSettings.ConnectionString(folder, running.Port, options.Database);
        Ended = WatchEnd(folder, log);
    }

    /// <summary>For Npgsql; holds the password, so it must not be logged.</summary>
    public string ConnectionString { get; }

    /// <summary>The loopback port; remembered for the next start in the same folder.</summary>
    public int Port { get; }

    /// <summary>Completes with the server's exit code when it has ended: after <see cref="DisposeAsync"/>, or by itself.</summary>
    public Task<int> Ended { get; }

    /// <summary>Starts the server, after making its database on first use, and waits until it answers.</summary>
    /// <exception cref="PrivatePostgresException">It cannot start; the message says why and what to do.</exception>
    public static async Task<PrivatePostgres> Start(PrivatePostgresOptions options, ILogger log, CancellationToken ct = default)
    {
        var folder = FolderOf(options);
        var hostLock = await FolderLock.Take(folder, options.Patience, options.Clock, () => LogWaitingForHost(log, folder.Path), ct).ConfigureAwait(false);
        return await Start(folder, hostLock, options, log, ct).ConfigureAwait(false);
    }

    internal static ServerFolder FolderOf(PrivatePostgresOptions options) => OperatingSystem.IsWindows()
        ? throw new PrivatePostgresException("The private PostgreSQL needs Linux: give the host a connection string to a database of yours.")
        : new ServerFolder(options.Directory);

    /// <param name="folder">Its files.</param>
    /// <param name="hostLock">The lock of that folder; it is this server's from now on.</param>
    /// <param name="options">How to start.</param>
    /// <param name="log">Where it says so.</param>
    /// <param name="ct">Ends the start.</param>
    internal static async Task<PrivatePostgres> Start(
        ServerFolder folder, FolderLock hostLock, PrivatePostgresOptions options, ILogger log, CancellationToken ct)
    {
        try
        {
            if (options.Throwaway && folder.DataVersion() is not null)
            {
                throw new PrivatePostgresException($"The folder {folder.Path} holds a database: a throwaway server would remove it.");
            }

            var commands = await PostgresCommands.For(folder, options).ConfigureAwait(false);
            var programs = await PostgresPrograms.Find(options.BinaryFolders, folder, commands).ConfigureAwait(false);
            if (folder.DataVersion() is null)
            {
                LogMaking(log, programs.Major, folder.Path);
                await MakeData(folder, commands, programs, options, ct).ConfigureAwait(false);
            }

            var running = await new ServerStart(options, folder, commands, programs, log).Run(ct).ConfigureAwait(false);
            LogStarted(log, programs.Major, running.Port, folder.Path);
            return new PrivatePostgres(hostLock, running, options, folder, log);
        }
        catch
        {
            hostLock.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server the fast way (open transactions are rolled back) and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _server.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
    }

    private static async Task MakeData(ServerFolder folder, PostgresCommands commands, PostgresPrograms programs, PrivatePostgresOptions options, CancellationToken ct)
    {
        _ = folder.Password();
        if (Directory.Exists(folder.UnfinishedData))
        {
            Directory.Delete(folder.UnfinishedData, recursive: true);
        }

        await commands.LendPassword(folder, options.User).ConfigureAwait(false);
        var (code, output) = await commands.Run(programs.Initdb, ServerSettings.InitdbArguments(folder, options.Throwaway), ct).ConfigureAwait(false);
        if (folder.InitPasswordFile != folder.PasswordFile) File.Delete(folder.InitPasswordFile);
        if (code != 0)
        {
            throw new PrivatePostgresException(
                $"PostgreSQL could not make its database in {folder.Server}: {PostgresCommands.Reason(output)}. The folder must be writable and reachable for the user who starts the host.");
        }

        Directory.Move(folder.UnfinishedData, folder.Data);
    }

    private async Task<int> WatchEnd(ServerFolder folder, ILogger log)
    {
        var code = await _server.Exited.ConfigureAwait(false);
        if (!_stopping)
        {
            LogEnded(log, code, folder.Log);
        }

        return code;
    }
}
