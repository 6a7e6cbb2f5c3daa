using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Media;

internal sealed partial class VideoSaver
{
    [LoggerMessage(LogLevel.Warning, "Video {Id} is not saved yet ({Kind}): {Detail}")]
    private partial void LogTrouble(VideoId id, FailureKind kind, string detail);

    [LoggerMessage(LogLevel.Error, "Video {Id} cannot be saved: {Account} says that the video of job {JobId} is gone: {Detail}")]
    private partial void LogGone(VideoId id, string account, string jobId, string detail);
}
