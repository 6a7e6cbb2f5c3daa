namespace VideoGen.Silo.Providers.Local;

internal sealed partial class LocalRenders
{
    [LoggerMessage(LogLevel.Error, "The embedded provider cannot use its folder, and tries again: {Trouble} Videos of the model 'local' wait meanwhile.")]
    private partial void LogNotRecovered(string trouble);

    [LoggerMessage(LogLevel.Error, "Job {JobId} could not be rendered now and stays owed; the next check starts it again")]
    private partial void LogRenderTrouble(Exception trouble, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: ffmpeg ended with exit code {ExitCode}: {LastError}")]
    private partial void LogFfmpegFailed(string jobId, int exitCode, string lastError);

    [LoggerMessage(LogLevel.Error, "Job {JobId} is left alone: {Trouble} Move its folder away, or start the version that wrote it.")]
    private partial void LogDamaged(string jobId, string trouble);
}
