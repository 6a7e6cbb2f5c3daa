using System.Net;
using Microsoft.Extensions.Logging;
using Npgsql;
using VideoGen.Storage.Processes;

namespace VideoGen.Storage;

/// <summary>A server that answers.</summary>
internal sealed record RunningServer(WatchedProcess Process, int Port);

/// <summary>One start of the server on data that exists: the old one gone, a port found, the database there.</summary>
internal sealed partial class ServerStart(
    PrivatePostgresOptions options, ServerFolder folder, PostgresCommands commands, PostgresPrograms programs, ILogger log)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly OldServer _pidFile = new(folder, options.Clock);

    internal async Task<RunningServer> Run(CancellationToken ct)
    {
        await _pidFile.WaitUntilGone(options.Patience, pid => LogWaitingForServer(log, folder.Path, pid), StopOld, ct).ConfigureAwait(false);
        var started = options.Clock.GetTimestamp();
        var first = folder.RememberedPort() ?? options.FirstPort;
        for (var port = first; port < first + options.PortsToTry && port <= IPEndPoint.MaxPort;)
        {
            if (!LoopbackPort.IsFree(port))
            {
                LogPortTaken(log, port++);
                continue;
            }

            var serverLog = new ServerLog(folder);
            var process = commands.StartServer(
                programs.Server, ServerSettings.ServerArguments(folder, port, options.Throwaway), options.Throwaway ? [folder.Path, folder.Server] : []);
            if (await Answers(process, port, ct).ConfigureAwait(false))
            {
                return new RunningServer(process, port);
            }

            await process.DisposeAsync().ConfigureAwait(false);
            // Somebody may have taken the port between our look and the server's. A throwaway server's data is gone then.
            if (options.Throwaway || (LoopbackPort.IsFree(port) && !LeftoversMayGo(serverLog.Since(), started)))
            {
                throw new PrivatePostgresException(
                    $"PostgreSQL did not start in {folder.Data}: {PostgresCommands.Reason(serverLog.Since() + process.Errors)}. Its log is in {folder.Log}.");
            }

            await Task.Delay(Step, options.Clock, ct).ConfigureAwait(false);
        }

        throw new PrivatePostgresException(
            $"All ports from {first} to {first + options.PortsToTry - 1} on 127.0.0.1 are taken: free one of them, or set another first port.");
    }

    /// <summary>A server that was killed leaves its children behind for a moment, and they hold its shared memory.</summary>
    private bool LeftoversMayGo(string logged, long started) =>
        logged.Contains("pre-existing shared memory block", StringComparison.Ordinal)
        && options.Clock.GetElapsedTime(started) < options.Patience;

    private async Task<bool> Answers(WatchedProcess process, int port, CancellationToken ct)
    {
        try
        {
            var start = options.Clock.GetTimestamp();
            while (!process.Exited.IsCompleted)
            {
                if (_pidFile.SaysReady() && await TryOpen(port, ct).ConfigureAwait(false))
                {
                    folder.RememberPort(port);
                    return true;
                }

                if (options.Clock.GetElapsedTime(start) > options.StartTime)
                {
                    throw new PrivatePostgresException(
                        $"PostgreSQL in {folder.Data} did not answer within {options.StartTime.TotalSeconds:0} s: look into its log in {folder.Log}.");
                }

                await Task.Delay(Step, options.Clock, ct).ConfigureAwait(false);
            }

            return false;
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Logs in, and makes the database when it is not there yet.</summary>
    private async Task<bool> TryOpen(int port, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(ServerSettings.ConnectionString(folder, port, "postgres")) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            throw new PrivatePostgresException(
                $"The password in {folder.PasswordFile} is not that of the database: put the right file back from a copy of the folder, or choose another data folder.", e);
        }
        catch (NpgsqlException)
        {
            return false;
        }

        await MakeDatabase(connection, options.Database, ct).ConfigureAwait(false);
        return true;
    }

    private static async Task MakeDatabase(NpgsqlConnection connection, string database, CancellationToken ct)
    {
        var ask = new NpgsqlCommand(
            "select format('create database %I template template0', $1::text) where not exists (select from pg_database where datname = $1)", connection);
        await using var asked = ask.ConfigureAwait(false);
        ask.Parameters.Add(new NpgsqlParameter { Value = database });
        if (await ask.ExecuteScalarAsync(ct).ConfigureAwait(false) is string create)
        {
            var make = new NpgsqlCommand(create, connection);
            await using var made = make.ConfigureAwait(false);
            await make.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task StopOld()
    {
        LogStoppingOld(log, folder.Path);
        await commands.Run(programs.Control, ["stop", "--pgdata", folder.Data, "--mode", "fast", "--no-wait"]).ConfigureAwait(false);
    }
}
