using Microsoft.Extensions.Logging;

namespace VideoGen.Storage;

public sealed partial class PrivatePostgres
{
    [LoggerMessage(LogLevel.Information, "Making a new PostgreSQL {Major} database in {Folder}.")]
    private static partial void LogMaking(ILogger log, int major, string folder);

    [LoggerMessage(LogLevel.Information, "Private PostgreSQL {Major} answers on 127.0.0.1:{Port}; its files are in {Folder}.")]
    private static partial void LogStarted(ILogger log, int major, int port, string folder);

    [LoggerMessage(LogLevel.Warning, "Another host is using {Folder}; waiting for it to stop.")]
    private static partial void LogWaitingForHost(ILogger log, string folder);

    [LoggerMessage(LogLevel.Error, "Private PostgreSQL ended by itself with exit code {Code}; its log is in {Folder}.")]
    private static partial void LogEnded(ILogger log, int code, string folder);
}
