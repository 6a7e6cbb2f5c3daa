using VideoGen.Requests;

namespace VideoGen.Grains.Providers;

/// <summary>
/// Copies a finished video from the provider to our store. The bytes never pass through a grain: the host streams them on its
/// own threads, and the grain awaits size and checksum. Idempotent: a second copy of the same video changes nothing.
/// </summary>
public interface IVideoSaver
{
    /// <param name="id">Whose video it becomes.</param>
    /// <param name="account">The provider account that has it.</param>
    /// <param name="jobId">The finished job.</param>
    /// <param name="asked">What was asked for. A video of another size or length was paid for all the same: it is kept, and said in the log.</param>
    /// <param name="cancellationToken">Ends the try, not the copy: what is whole by then stays.</param>
    Task<SaveReply> Save(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken);
}
