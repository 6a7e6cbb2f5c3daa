using System.Globalization;
using Microsoft.Extensions.Options;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>
/// Puts the index of an MP4 in front of its pictures, so that a player can begin before it has all of it. Pictures and sound are copied as they
/// are. Where that does not work, or what came of it is not the same video, it stays as its provider made it.
/// </summary>
internal sealed partial class Faststart(MediaTools tools, VideoProbe probe, IOptions<StoreOptions> store, ILogger<Faststart> logger)
{
    /// <summary>The name of what ffmpeg makes, in the place of the video.</summary>
    public const string MovedFile = "faststart.mp4";

    /// <summary>How much the length may differ: rounding to another clock.</summary>
    private const double SameSeconds = 0.1;

    /// <summary>How much more than the video the result may be, bytes: an index that is written in another way. A file can name the same bytes many times.</summary>
    private const long MostMore = 1 << 20;

    /// <summary>Replaces the video of a place.</summary>
    /// <param name="id">The video, for the log.</param>
    /// <param name="place">Where it lies.</param>
    /// <param name="video">What was found in it.</param>
    /// <param name="cancellationToken">Ends it; the video stays as it is.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task Apply(VideoId id, Workplace place, ProbeReply.Video video, CancellationToken cancellationToken)
    {
        try
        {
            if (await Wrong(place, video, cancellationToken).ConfigureAwait(false) is { } wrong) LogKept(id, wrong);
            else File.Move(place.PathOf(MovedFile), place.PathOf(Workplace.VideoFile), overwrite: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            LogKept(id, trouble.Message);
        }
        finally
        {
            File.Delete(place.PathOf(MovedFile)); // It takes room that the store may need.
        }
    }

    private async Task<string?> Wrong(Workplace place, ProbeReply.Video video, CancellationToken cancellationToken)
    {
        var most = new FileInfo(place.PathOf(Workplace.VideoFile)).Length + MostMore;
        FreeSpace.Ensure(place.Folder, most, store.Value.ReserveBytes);
        switch (await tools.Ffmpeg(place.Folder, Arguments(most), cancellationToken).ConfigureAwait(false))
        {
            case ToolEnd.Failed failed: return failed.Detail;
            case ToolEnd.Missing missing: return missing.Detail;
            case ToolEnd.TimedOut: return $"ffmpeg did not come to an end within {MediaOptions.Section}:{nameof(MediaOptions.ToolTimeLimit)}.";
        }

        var made = await probe.Look(place, cancellationToken, MovedFile).ConfigureAwait(false);
        return Mp4.Look(place.PathOf(MovedFile)) is { Wrong: null, IndexIsLast: false } && made is ProbeReply.Video same && IsSame(same, video)
            ? null
            : "What ffmpeg made of it is not the same video.";
    }

    internal static string[] Arguments(long most) =>
    [
        "-nostdin", .. MediaTools.Guarded, "-i", Workplace.VideoFile, "-map", "0", "-c", "copy",
        "-fs", most.ToString(CultureInfo.InvariantCulture), "-movflags", "+faststart", "-f", "mp4", "-y", MovedFile,
    ];

    private static bool IsSame(ProbeReply.Video made, ProbeReply.Video video) =>
        made.Size == video.Size && made.Streams == video.Streams && Math.Abs(made.Seconds - video.Seconds) <= SameSeconds;

    [LoggerMessage(1, LogLevel.Warning, "Video {Id} keeps its index behind its pictures, so that players have to wait for all of it: {Detail}")]
    private partial void LogKept(VideoId id, string detail);
}
