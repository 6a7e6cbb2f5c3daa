using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>
/// Takes a finished video from its provider into our store, on threads of the pool and never in a grain's turn: copy it to a workplace, look
/// whether it is a video, put its index first, store it, make its pictures. Each step that is done is found done by the next try, whoever died in between.
/// </summary>
internal sealed partial class VideoSaver(
    IVideoSources sources,
    IVideoFiles files,
    Workbench bench,
    VideoIntake intake,
    VideoProbe probe,
    Faststart faststart,
    Pictures pictures,
    IOptions<MediaOptions> options,
    ILogger<VideoSaver> logger) : IVideoSaver, IDisposable
{
    // What holds memory, a connection and room on the disk while it works: after an outage thousands may be finished at the same moment.
    private readonly SemaphoreSlim _turns = new(options.Value.SavesAtOnce);

    public Task<SaveReply> Save(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken) =>
        Task.Run(() => SaveInTurn(id, account, jobId, asked, cancellationToken), CancellationToken.None);

    public void Dispose() => _turns.Dispose();

    private async Task<SaveReply> SaveInTurn(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        try
        {
            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Trouble(id, new(
                FailureKind.Expired,
                $"Its turn to be copied did not come within {RequestOptions.Section}:{nameof(RequestOptions.SaveTimeout)}: {MediaOptions.Section}:{nameof(MediaOptions.SavesAtOnce)} ({options.Value.SavesAtOnce}) are copied at a time."));
        }

        try
        {
            return await SaveHere(id, account, jobId, asked, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<SaveReply> SaveHere(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        try
        {
            // What is in the store was looked into before it got there, and a round has one video at most: it is not copied again.
            if (await files.Find(id, MediaVariant.Video, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                await Complete(id, cancellationToken).ConfigureAwait(false);
                return new SaveReply.Saved(stored);
            }

            return sources.Of(account) is { } source
                ? await Copy(id, source, jobId, asked, cancellationToken).ConfigureAwait(false)
                : Trouble(id, new(FailureKind.Unavailable, $"The provider account '{account}' is not configured here: add it again, its video is not saved yet."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Trouble(id, new(FailureKind.Expired, $"Copying the video took longer than {RequestOptions.Section}:{nameof(RequestOptions.SaveTimeout)}."));
        }
        catch (IOException full) when (FreeSpace.IsFull(full))
        {
            return Trouble(id, new(FailureKind.Unavailable, full.Message, SaveReply.Trouble.StoreFull));
        }
        catch (Exception trouble) when (trouble is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            return Trouble(id, new(FailureKind.Unavailable, $"The video could not be copied: {trouble.Message}"));
        }
    }

    private async Task<SaveReply> Copy(VideoId id, IVideoSource source, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        switch (await source.Open(jobId, cancellationToken).ConfigureAwait(false))
        {
            case SourceReply.Opened opened:
                await using (opened.Video.ConfigureAwait(false))
                {
                    return await Store(id, opened.Video, asked, cancellationToken).ConfigureAwait(false);
                }

            case SourceReply.Gone gone:
                LogGone(id, source.Account, jobId, gone.Detail);
                return new SaveReply.Gone(gone.Detail);

            case SourceReply.Trouble trouble:
                return Trouble(id, trouble.Failure);

            default:
                throw new NotSupportedException("A reply of a video source that this version does not know.");
        }
    }

    private async Task<SaveReply> Store(VideoId id, Stream content, VideoOptions asked, CancellationToken cancellationToken)
    {
        using var place = bench.Open();
        if (!await intake.Receive(id, content, options.Value.MaxVideoBytes, place, cancellationToken).ConfigureAwait(false))
        {
            return Trouble(id, new(FailureKind.Unavailable, $"What the provider serves as the video is larger than {MediaOptions.Section}:{nameof(MediaOptions.MaxVideoBytes)}.", "too_large"));
        }

        var look = Mp4.Look(place.PathOf(Workplace.VideoFile));
        if (look.Wrong is { } wrong)
        {
            return Trouble(id, new(FailureKind.Unavailable, "What the provider serves as the video is not a whole MP4; nothing was stored.", wrong));
        }

        var found = await probe.Look(place, cancellationToken).ConfigureAwait(false);
        if (found is ProbeReply.NoVideo no) return Trouble(id, new(FailureKind.Unavailable, $"What the provider serves as the video is none: {no.Detail}", "not_video"));
        if (found is ProbeReply.NotLooked not) LogNotLooked(id, not.Detail);
        if (found is ProbeReply.Video other && !other.Is(asked)) LogMismatch(id, asked.Size, asked.Seconds, other.Size, other.Seconds);

        if (look is { IndexIsLast: true, HasMarks: false } && found is ProbeReply.Video slow) await faststart.Apply(id, place, slow, cancellationToken).ConfigureAwait(false);

        StoredVideo stored;
        var video = File.OpenRead(place.PathOf(Workplace.VideoFile));
        await using (video.ConfigureAwait(false))
        {
            stored = await files.Save(id, MediaVariant.Video, video, cancellationToken).ConfigureAwait(false);
        }

        await Picture(id, place, found as ProbeReply.Video, cancellationToken).ConfigureAwait(false);
        return new SaveReply.Saved(stored);
    }

    /// <summary>Makes the pictures that a try which died did not make.</summary>
    private async Task Complete(VideoId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await pictures.Missing(id, cancellationToken).ConfigureAwait(false) is { Count: 0 }) return;
            var video = await files.Open(id, MediaVariant.Video, cancellationToken).ConfigureAwait(false);
            if (video is null) return;
            await using (video.ConfigureAwait(false))
            {
                using var place = bench.Open();
                await intake.Receive(id, video, long.MaxValue, place, cancellationToken).ConfigureAwait(false);
                await Picture(id, place, await probe.Look(place, cancellationToken).ConfigureAwait(false) as ProbeReply.Video, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException || IsOver(trouble, cancellationToken))
        {
            LogNoPictures(id, trouble.Message);
        }
    }

    // From here the video is safe: whatever happens to its pictures, it is told as saved.
    private async Task Picture(VideoId id, Workplace place, ProbeReply.Video? video, CancellationToken cancellationToken)
    {
        try
        {
            var missing = await pictures.Missing(id, cancellationToken).ConfigureAwait(false);
            await pictures.Make(id, missing, place, video?.Seconds ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException || IsOver(trouble, cancellationToken))
        {
            LogNoPictures(id, trouble.Message);
        }
    }

    private static bool IsOver(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;

    private SaveReply.Trouble Trouble(VideoId id, Failure failure)
    {
        LogTrouble(id, failure.Kind, failure.Code, failure.Detail);
        return new(failure);
    }
}
