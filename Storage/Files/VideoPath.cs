using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>Where a video lies in its folder. Made from ids only: no word of a user or a provider ever becomes a path.</summary>
internal static class VideoPath
{
    private const int FanOutStart = 2; // After "v-", which all keys share.
    private const int FanOutLength = 2;

    /// <exception cref="ArgumentException">Not an id that we could have made.</exception>
    public static string Of(string folder, VideoId id)
    {
        if (!VideoRequestKey.IsKey(id.RequestKey) || id.Round < 1)
        {
            throw new ArgumentException("This is not the id of a video: a request key and a round from 1 are needed.", nameof(id));
        }

        return Path.Combine(
            folder,
            id.RequestKey.Substring(FanOutStart, FanOutLength),
            string.Create(CultureInfo.InvariantCulture, $"{id.RequestKey}_{id.Round}.mp4"));
    }
}
