using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Silo.Media;

/// <summary>
/// Makes the thumbnail and the sprite sheet of a stored video. One that is there is not made again, so a crash in between costs nothing.
/// One that cannot be made is not made later either: a video is worth its price without it.
/// </summary>
internal sealed partial class Pictures(MediaTools tools, IVideoFiles files, ILogger<Pictures> logger)
{
    private const int ThumbnailSide = 512, TileSide = 256, Columns = 5, Rows = 2;

    /// <summary>Where the length is not known, the pictures are from the first seconds.</summary>
    private const double UnknownSeconds = 1;

    /// <summary>No picture is larger, bytes; a tool that writes more is stopped by itself.</summary>
    private const string LargestPicture = "8388608";

    private static readonly MediaVariant[] _all = [MediaVariant.Thumbnail, MediaVariant.Spritesheet];

    /// <summary>Those that the store does not have.</summary>
    /// <exception cref="IOException">The store is gone.</exception>
    public async Task<IReadOnlyList<MediaVariant>> Missing(VideoId id, CancellationToken cancellationToken)
    {
        var missing = new List<MediaVariant>();
        foreach (var variant in _all)
        {
            var there = await files.Open(id, variant, cancellationToken).ConfigureAwait(false);
            if (there is null) missing.Add(variant);
            else await there.DisposeAsync().ConfigureAwait(false);
        }

        return missing;
    }

    /// <summary>Makes some of them from the video that lies in a place.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task Make(VideoId id, IEnumerable<MediaVariant> variants, Workplace place, double seconds, CancellationToken cancellationToken)
    {
        foreach (var variant in variants)
        {
            try
            {
                await Make(id, variant, place, seconds > 0 ? seconds : UnknownSeconds, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                LogNotMade(id, variant.ToWire(), trouble.Message);
            }
        }
    }

    private async Task Make(VideoId id, MediaVariant variant, Workplace place, double seconds, CancellationToken cancellationToken)
    {
        var file = variant.ToWire() + ".webp";
        var end = await tools.Ffmpeg(place.Folder, Arguments(variant, seconds, file), cancellationToken).ConfigureAwait(false);
        if (end is not ToolEnd.Done || new FileInfo(place.PathOf(file)) is not { Exists: true, Length: > 0 })
        {
            LogNotMade(id, variant.ToWire(), Why(end));
            return;
        }

        var picture = File.OpenRead(place.PathOf(file));
        await using (picture.ConfigureAwait(false))
        {
            await files.Save(id, variant, picture, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static string[] Arguments(MediaVariant variant, double seconds, string file) =>
    [
        "-nostdin", .. MediaTools.Guarded, "-threads", "2",
        .. variant == MediaVariant.Thumbnail ? ["-ss", Text(seconds / 2)] : Array.Empty<string>(),
        "-i", Workplace.VideoFile, "-map", "0:v:0", "-vf", variant == MediaVariant.Thumbnail ? Fit(ThumbnailSide) : Sheet(seconds),
        "-frames:v", "1", "-c:v", "libwebp", "-quality", "80", "-fs", LargestPicture, "-f", "webp", "-y", file,
    ];

    // Frames in even steps from the first one on.
    private static string Sheet(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"fps={Columns * Rows / seconds:0.######}:round=near,{Fit(TileSide)},tile={Columns}x{Rows}");

    private static string Fit(int side) => string.Create(CultureInfo.InvariantCulture,
        $"scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1");

    private static string Text(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Why(ToolEnd end) => end switch
    {
        ToolEnd.Failed failed => failed.Detail,
        ToolEnd.Missing missing => missing.Detail,
        ToolEnd.TimedOut => $"ffmpeg did not come to an end within {MediaOptions.Section}:{nameof(MediaOptions.ToolTimeLimit)}.",
        _ => "ffmpeg made an empty file.",
    };

    [LoggerMessage(1, LogLevel.Warning, "Video {Id} has no {Variant}: {Detail}")]
    private partial void LogNotMade(VideoId id, string variant, string detail);
}
