using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Reports;

public sealed partial class PostgresPreventedPayments
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The counts of prevented payments could not be written; they are kept and tried again every second")]
    private static partial void LogNotFlushed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The counts of prevented payments are written again")]
    private static partial void LogFlushedAgain(ILogger logger);
}
