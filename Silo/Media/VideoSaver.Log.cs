using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers;

namespace VideoGen.Silo.Media;

internal sealed partial class VideoSaver
{
    [LoggerMessage(1, LogLevel.Warning, "Video {Id} is not saved yet ({Kind} {Code}): {Detail}")]
    private partial void LogTrouble(VideoId id, FailureKind kind, string? code, string detail);

    [LoggerMessage(2, LogLevel.Error, "Video {Id} cannot be saved: {Account} says that the video of job {JobId} is gone: {Detail}")]
    private partial void LogGone(VideoId id, string account, string jobId, string detail);

    [LoggerMessage(3, LogLevel.Warning, "Video {Id} is not what was asked for, and is kept: asked {AskedSize} and {AskedSeconds} s, got {Size} and {Seconds} s")]
    private partial void LogMismatch(VideoId id, string askedSize, int askedSeconds, VideoSize size, double seconds);

    [LoggerMessage(4, LogLevel.Warning, "Video {Id} is kept without a look into it: {Detail}")]
    private partial void LogNotLooked(VideoId id, string detail);

    [LoggerMessage(5, LogLevel.Warning, "Video {Id} is saved without some of its pictures: {Detail}")]
    private partial void LogNoPictures(VideoId id, string detail);
}
