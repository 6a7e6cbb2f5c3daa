namespace VideoGen.Silo.Providers.Local;

internal sealed partial class OldJobs
{
    [LoggerMessage(LogLevel.Warning, "The embedded provider keeps old jobs for another hour, because it cannot remove them: {Trouble}")]
    private partial void LogNotRemoved(string trouble);
}
