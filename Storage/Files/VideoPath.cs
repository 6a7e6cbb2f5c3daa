using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>Where the files of a video lie in their folder. Made from ids only: no word of a user or a provider ever becomes a path.</summary>
internal static class VideoPath
{
    private const int FanOutStart = 2; // After "v-", which all keys share.
    private const int FanOutLength = 2;

    /// <exception cref="ArgumentException">Not an id that we could have made.</exception>
    public static string Of(string folder, VideoId id, MediaVariant variant) => Path.Combine(folder, NameOf(id, variant));

    /// <summary>The same below its folder, wherever that is.</summary>
    /// <exception cref="ArgumentException">Not an id that we could have made.</exception>
    public static string NameOf(VideoId id, MediaVariant variant)
    {
        if (!VideoRequestKey.IsKey(id.RequestKey) || id.Round < 1)
        {
            throw new ArgumentException("This is not the id of a video: a request key and a round from 1 are needed.", nameof(id));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{id.RequestKey.AsSpan(FanOutStart, FanOutLength)}/{id.RequestKey}_{id.Round}{Ending(variant)}");
    }

    /// <summary>Whose file a path is; null where it is none that <see cref="Of"/> makes.</summary>
    public static VideoId? IdOf(string path)
    {
        var name = Path.GetFileName(path);
        var end = name.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && VideoId.TryParse($"video_{name[..end]}", out var id) && Enum.GetValues<MediaVariant>().Any(variant => Ending(variant) == name[end..]) ? id : null;
    }

    private static string Ending(MediaVariant variant) => variant switch
    {
        MediaVariant.Video => ".mp4",
        MediaVariant.Thumbnail => ".thumbnail.webp",
        MediaVariant.Spritesheet => ".spritesheet.webp",
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, null),
    };
}
