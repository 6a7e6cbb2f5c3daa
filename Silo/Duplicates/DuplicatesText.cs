using System.Globalization;

namespace VideoGen.Silo.Duplicates;

/// <summary>What is said of duplicates, on standard output.</summary>
internal static class DuplicatesText
{
    /// <param name="noun">What a video is called, as a sentence begins.</param>
    /// <param name="name">What names the video of a row.</param>
    /// <param name="duplicates">The duplicates.</param>
    /// <param name="videos">All videos.</param>
    public static void Print(string noun, Func<int, string> name, IReadOnlyList<Duplicate> duplicates, IReadOnlyList<ListedVideo> videos)
    {
        var small = noun.ToLowerInvariant();
        foreach (var (video, kept) in duplicates)
        {
            Print($"{noun} {name(video.Row)} ({video.User}, {video.CreatedAt:u}, {video.Status}, {video.Usd} USD) is a duplicate of {small} {name(kept.Row)} ({kept.CreatedAt:u}, {kept.Status}).");
        }

        Print($"{duplicates.Count} of {videos.Count} videos are duplicates: {duplicates.Sum(d => d.Video.Usd)} of {videos.Sum(v => v.Usd)} USD.");
    }

    public static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>What to do where words for a status are not known.</summary>
    public static string Unknown(IEnumerable<string> words) =>
        $"These words for a status say nothing here, so such a video is kept only where there is no better one: {string.Join(", ", words.Select(word => $"'{word}'"))}. Say what they mean, as --means succeeded=completed.";
}
