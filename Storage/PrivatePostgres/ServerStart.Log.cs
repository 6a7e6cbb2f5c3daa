using Microsoft.Extensions.Logging;

namespace VideoGen.Storage;

internal sealed partial class ServerStart
{
    [LoggerMessage(LogLevel.Information, "The PostgreSQL of an earlier host is still running in {Folder} (process {Pid}); waiting for it to stop.")]
    private static partial void LogWaitingForServer(ILogger log, string folder, int pid);

    [LoggerMessage(LogLevel.Information, "Asking the PostgreSQL that an earlier host left in {Folder} to stop.")]
    private static partial void LogStoppingOld(ILogger log, string folder);

    [LoggerMessage(LogLevel.Information, "Port {Port} is taken; trying the next one.")]
    private static partial void LogPortTaken(ILogger log, int port);
}
