namespace VideoGen.Requests;

/// <summary>
/// Where finished videos are kept, with the pictures made from them. Names are made from ids only. Two savers of one file are
/// harmless: each writes for itself, and the first whose file is given its place is the one that both are told of.
/// </summary>
public interface IVideoFiles
{
    /// <summary>How long a video's files are kept after it ended; null: until somebody deletes it.</summary>
    TimeSpan? RetainFor { get; }

    /// <summary>Stores a file, or finds that there is one, and answers what is there; whole and durable when this returns, and never there in part.</summary>
    /// <exception cref="StoreFullException">There is no room; nothing was lost, it works once there is.</exception>
    /// <exception cref="IOException">The store is gone or cannot be written; nothing was lost, try again later.</exception>
    Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken);

    /// <summary>What is stored; null where it is not.</summary>
    /// <exception cref="IOException">The store is gone, so nobody can say whether it has the file.</exception>
    Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken);

    /// <summary>A seekable stream of a stored file; null where it is not stored.</summary>
    /// <exception cref="IOException">The store is gone, so nobody can say whether it has the file.</exception>
    Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken);

    /// <summary>
    /// An address at which whoever has it may get a stored file for a while, without us; null where this store gives none, or has no such
    /// file. It is answered with these headers.
    /// </summary>
    /// <param name="id">The video.</param>
    /// <param name="variant">Which of its files.</param>
    /// <param name="mediaType">Its Content-Type.</param>
    /// <param name="disposition">Its Content-Disposition.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="IOException">The store is gone, so nobody can say whether it has the file.</exception>
    ValueTask<Uri?> Link(VideoId id, MediaVariant variant, string mediaType, string disposition, CancellationToken cancellationToken) => ValueTask.FromResult<Uri?>(null);

    /// <summary>Removes a video and its pictures; does nothing where there are none.</summary>
    Task Delete(VideoId id, CancellationToken cancellationToken);

    /// <summary>Null when videos can be stored now; else what is wrong and what to do.</summary>
    Task<string?> Trouble(CancellationToken cancellationToken);
}

/// <summary>The store has no room.</summary>
#pragma warning disable CA1032, RCS1194 // Made by stores, which always know what to say.
public sealed class StoreFullException(string message, Exception? inner = null) : IOException(message, inner);
#pragma warning restore CA1032, RCS1194
