using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Reports;

/// <summary>One end user's requests: read off the documents, never a second copy.</summary>
public interface IUserBook
{
    /// <summary>The ids of a user's videos, deleted ones not among them, by when they were asked for.</summary>
    /// <param name="owner">The user.</param>
    /// <param name="after">The video that the page begins after, where it still has its place; null for the first page.</param>
    /// <param name="oldestFirst">False for the newest first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<VideoId>> List(Owner owner, VideoId? after, bool oldestFirst, int limit, CancellationToken cancellationToken);

    /// <summary>A user's videos by status, deleted ones too; a status of which there is none is missing.</summary>
    Task<IReadOnlyDictionary<string, long>> ByStatus(Owner owner, CancellationToken cancellationToken);

    /// <summary>
    /// The keys of a user's requests that still have a word of what they showed, or files of ours: refused and deleted ones too. Those whose
    /// erasure was asked for already come last: whatever they wait for, they keep nobody from the others.
    /// </summary>
    /// <param name="owner">The user.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<string>> WithWords(Owner owner, int limit, CancellationToken cancellationToken);

    /// <summary>How many of those somebody wished to be erased: what is on its way has to end first, or files have to go.</summary>
    Task<long> BeingErased(Owner owner, CancellationToken cancellationToken);
}
