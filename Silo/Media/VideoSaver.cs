using System.Collections.Frozen;
using System.Security.Cryptography;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Media;

/// <summary>Streams a finished video from its provider to our store, on threads of the pool and never in a grain's turn.</summary>
internal sealed partial class VideoSaver(IEnumerable<IVideoSource> sources, IVideoFiles files, ILogger<VideoSaver> logger) : IVideoSaver
{
    private readonly FrozenDictionary<string, IVideoSource> _sources = sources.ToFrozenDictionary(source => source.Account, StringComparer.Ordinal);

    public Task<SaveReply> Save(VideoId id, string account, string jobId, CancellationToken cancellationToken) =>
        Task.Run(() => SaveHere(id, account, jobId, cancellationToken), CancellationToken.None);

    private async Task<SaveReply> SaveHere(VideoId id, string account, string jobId, CancellationToken cancellationToken)
    {
        if (!_sources.TryGetValue(account, out var source))
        {
            return Trouble(id, new(FailureKind.Unavailable, $"The provider account '{account}' is not configured here: add it again, its video is not saved yet."));
        }

        try
        {
            return await Copy(id, source, jobId, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Trouble(id, new(FailureKind.Expired, $"Copying the video took longer than {RequestOptions.Section}:{nameof(RequestOptions.SaveTimeout)}."));
        }
        catch (Exception trouble) when (trouble is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            return Trouble(id, new(FailureKind.Unavailable, $"The video could not be copied: {trouble.Message}"));
        }
    }

    private async Task<SaveReply> Copy(VideoId id, IVideoSource source, string jobId, CancellationToken cancellationToken)
    {
        switch (await source.Open(jobId, cancellationToken).ConfigureAwait(false))
        {
            case SourceReply.Opened opened:
                await using (opened.Video.ConfigureAwait(false))
                {
                    return await Store(id, opened.Video, cancellationToken).ConfigureAwait(false);
                }

            case SourceReply.Gone gone:
                // A copy that was made before a crash is as good as one made now.
                if (await Stored(id, cancellationToken).ConfigureAwait(false) is { } stored) return new SaveReply.Saved(stored);
                LogGone(id, source.Account, jobId, gone.Detail);
                return new SaveReply.Gone(gone.Detail);

            case SourceReply.Trouble trouble:
                return Trouble(id, trouble.Failure);

            default:
                throw new NotSupportedException("A reply of a video source that this version does not know.");
        }
    }

    private async Task<SaveReply> Store(VideoId id, Stream content, CancellationToken cancellationToken)
    {
        var video = await Mp4.Check(content, cancellationToken).ConfigureAwait(false);
        if (video is null)
        {
            return Trouble(id, new(FailureKind.Unavailable, "What the provider serves as the video does not begin like an MP4; nothing was stored.", "not_mp4"));
        }

        await using (video.ConfigureAwait(false))
        {
            return new SaveReply.Saved(await files.Save(id, video, cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task<StoredVideo?> Stored(VideoId id, CancellationToken cancellationToken)
    {
        var video = await files.Open(id, cancellationToken).ConfigureAwait(false);
        if (video is null) return null;
        await using (video.ConfigureAwait(false))
        {
            return new(video.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(video, cancellationToken).ConfigureAwait(false)));
        }
    }

    private SaveReply.Trouble Trouble(VideoId id, Failure failure)
    {
        LogTrouble(id, failure.Kind, failure.Detail);
        return new(failure);
    }
}
