using VideoGen.Requests;

namespace VideoGen.Silo.Duplicates;

/// <summary>A video that somebody paid for, here or elsewhere.</summary>
/// <param name="Row">Its number in the list, from 1.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Prompt">As it was typed.</param>
/// <param name="Status">Its status, in whatever case.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Usd">What it cost, US dollars.</param>
internal sealed record ListedVideo(int Row, string User, string Prompt, string Status, DateTimeOffset CreatedAt, decimal Usd);

/// <summary>A video that would not have been made here.</summary>
/// <param name="Video">Which.</param>
/// <param name="Kept">The one that is kept of the two.</param>
internal sealed record Duplicate(ListedVideo Video, ListedVideo Kept);

/// <summary>
/// Which videos of a list are duplicates: of one user and one canonical prompt, within 24 hours of the first of them. The best is kept:
/// the most finished one, and of several the earliest.
/// </summary>
/// <param name="means">Words of the list for a status, each with the one of ours that it means.</param>
internal sealed class DuplicateRules(IReadOnlyDictionary<string, string> means)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>The best first. What is none of these comes last.</summary>
    private static readonly string[][] Best = [["completed"], ["running", "in_progress"], ["failed"], ["pending", "queued"]];

    /// <summary>Whether it is a word of ours for a status.</summary>
    public static bool IsWord(string status) => Array.Exists(Best, words => words.Contains(status, StringComparer.OrdinalIgnoreCase));

    /// <summary>
    /// The duplicates, in the order of the list. A video without a user is nobody's duplicate, and neither is one with a prompt that we
    /// would refuse.
    /// </summary>
    public IReadOnlyList<Duplicate> Find(IEnumerable<ListedVideo> videos) =>
    [
        .. (from video in videos
            let prompt = Canonical(video.Prompt)
            where prompt is not null && !string.IsNullOrWhiteSpace(video.User)
            group video by (video.User, prompt) into same
            from window in Windows(same.OrderBy(v => v.CreatedAt).ThenBy(v => v.Row))
            let kept = window.MinBy(v => (Rank(v), v.CreatedAt, v.Row))!
            from video in window
            where video != kept
            select new Duplicate(video, kept)).OrderBy(d => d.Video.Row),
    ];

    private static string? Canonical(string prompt) => VideoPrompt.TryCanonicalize(prompt, out var canonical, out _) ? canonical : null;

    private static IEnumerable<IReadOnlyList<ListedVideo>> Windows(IEnumerable<ListedVideo> byTime)
    {
        var window = new List<ListedVideo>();
        foreach (var video in byTime)
        {
            if (window is [var first, ..] && video.CreatedAt - first.CreatedAt >= Window)
            {
                yield return window;
                window = [];
            }

            window.Add(video);
        }

        if (window.Count > 0) yield return window;
    }

    /// <summary>Words for a status that mean nothing here, of duplicates and of what is kept: such a video is worth less than any other.</summary>
    public IReadOnlyList<string> Unknown(IEnumerable<Duplicate> duplicates) =>
        [.. duplicates.SelectMany(d => (string[])[d.Video.Status, d.Kept.Status]).Where(status => !IsWord(Meaning(status))).Select(status => status.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    private int Rank(ListedVideo video) =>
        Array.FindIndex(Best, words => words.Contains(Meaning(video.Status), StringComparer.OrdinalIgnoreCase)) is >= 0 and var rank ? rank : Best.Length;

    private string Meaning(string status) => means.TryGetValue(status.Trim(), out var meaning) ? meaning : status.Trim();
}
