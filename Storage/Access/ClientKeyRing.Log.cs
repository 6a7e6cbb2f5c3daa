using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Access;

public sealed partial class ClientKeyRing
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of clients could not be read; {Seconds} s after they last were, nobody is let in")]
    private static partial void LogNotRead(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The keys of clients are read again")]
    private static partial void LogReadAgain(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "When keys were last used could not be written down; it is tried again")]
    private static partial void LogUsesNotWritten(ILogger logger, Exception exception);
}
