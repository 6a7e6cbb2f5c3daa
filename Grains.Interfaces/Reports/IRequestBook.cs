namespace VideoGen.Reports;

/// <summary>Lists and counts over all requests: SQL views over the documents, never a second copy.</summary>
public interface IRequestBook
{
    /// <summary>The counts as of now.</summary>
    /// <param name="client">Whose videos are counted; null counts everybody's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<VideoStats> Stats(string? client, CancellationToken cancellationToken);

    /// <summary>The ids of one client's videos, deleted ones not among them, by when they were asked for.</summary>
    /// <param name="client">The client, see <see cref="Access.Owner"/>.</param>
    /// <param name="after">The video that the page begins after, where it still has its place; null for the first page.</param>
    /// <param name="oldestFirst">False for the newest first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<Requests.VideoId>> List(string client, Requests.VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken);
}

/// <summary>What there is and what did not happen.</summary>
/// <param name="TotalVideos">Accepted rounds, whatever became of them.</param>
/// <param name="ByStatus">The same by public status word.</param>
/// <param name="DuplicatesPrevented">Asks that were answered with a video that was there or on its way.</param>
/// <param name="UsdPrevented">What those would have cost, US dollars.</param>
/// <param name="DeadLettered">Rounds that wait for a person.</param>
public sealed record VideoStats(
    long TotalVideos,
    IReadOnlyDictionary<string, long> ByStatus,
    long DuplicatesPrevented,
    decimal UsdPrevented,
    long DeadLettered);
