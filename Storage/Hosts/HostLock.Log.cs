using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Hosts;

public sealed partial class HostLock
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The database cannot be reached yet; trying again every second")]
    private static partial void LogNotReached(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The host lock could not be proven; if it is not regained within {Seconds} s of the unanswered probe, this process ends")]
    private static partial void LogShaken(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The host lock is regained")]
    private static partial void LogRegained(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical,
        Message = "The host lock was lost and not regained within {Seconds} s: this process must not go on answering from its memory")]
    private static partial void LogLost(ILogger logger, double seconds);
}
