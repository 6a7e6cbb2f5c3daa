namespace VideoGen.Requests;

/// <summary>
/// Where finished videos are kept. Names are made from ids only. Two savers of one video are harmless:
/// each writes its own temporary file, syncs it and renames it into place.
/// </summary>
public interface IVideoFiles
{
    /// <summary>Stores a video, or finds that it is stored with the same content; durable when this returns.</summary>
    /// <exception cref="IOException">The store is full or gone; nothing was lost, try again later.</exception>
    Task<StoredVideo> Save(VideoId id, Stream video, CancellationToken cancellationToken);

    /// <summary>A seekable stream of a stored video; null where it is not stored.</summary>
    Task<Stream?> Open(VideoId id, CancellationToken cancellationToken);

    /// <summary>Removes a video; does nothing where there is none.</summary>
    Task Delete(VideoId id, CancellationToken cancellationToken);

    /// <summary>Null when videos can be stored now; else what is wrong and what to do.</summary>
    Task<string?> Trouble(CancellationToken cancellationToken);
}
