using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>What a host does with the store of its videos besides serving and saving: looks at its start whose it is, and sweeps it.</summary>
public interface IVideoStore : IVideoFiles
{
    /// <summary>At start: makes sure that the store is this installation's, makes it its own where it is nobody's, and removes what crashes left behind.</summary>
    /// <param name="isAlone">Whether no other host can be saving: then whatever is unfinished was left by a crash, however young.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="InvalidOperationException">The store holds another installation's videos, or cannot keep what it promises.</exception>
    /// <exception cref="IOException">The store cannot be reached or written; the message says what to do.</exception>
    Task Check(bool isAlone, CancellationToken cancellationToken);

    /// <summary>At the start of a process that saves no videos: makes sure that the store is the one of the hosts which do.</summary>
    /// <exception cref="InvalidOperationException">The store holds another installation's videos.</exception>
    /// <exception cref="DirectoryNotFoundException">No host has made the store its own.</exception>
    /// <exception cref="IOException">The store cannot be reached; the message says what to do.</exception>
    Task CheckShared(CancellationToken cancellationToken);

    /// <summary>The videos that have a file, of any variant, last written before a time; a video may come more than once.</summary>
    /// <exception cref="IOException">The store is gone or cannot be read.</exception>
    IAsyncEnumerable<VideoId> WrittenBefore(DateTimeOffset time);

    /// <summary>Removes the unfinished files that nobody can be writing any more: those of a day ago. Another host of a cluster may be in the middle of the others.</summary>
    /// <exception cref="IOException">The store is gone or cannot be read.</exception>
    Task RemoveLeftovers(CancellationToken cancellationToken);
}
