namespace VideoGen.Silo.Providers.Local;

internal sealed partial class LocalLog
{
    [LoggerMessage(LogLevel.Error, "The log of requests lacks the line '{What}' of job {JobId} until the next start: {Trouble}")]
    private partial void LogLineLate(string what, string? jobId, string trouble);
}
