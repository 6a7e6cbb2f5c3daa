using VideoGen.Requests;

namespace VideoGen.Grains.Providers;

/// <summary>
/// Copies a finished video from the provider to our store. The bytes never pass through a grain: the host streams them on its
/// own threads, and the grain awaits size and checksum. Idempotent: a second copy of the same video changes nothing.
/// </summary>
public interface IVideoSaver
{
    Task<SaveReply> Save(VideoId id, string account, string jobId, CancellationToken cancellationToken);
}
