using System.Collections.Concurrent;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// Waits for changes of videos, for as many callers as there are: those who have seen the same revision share one call of the grain,
/// so a video that everybody waits for costs its grain one outstanding call per process.
/// </summary>
internal sealed class VideoWatch(VideoGrains grains, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<VideoWatch> logger)
{
    /// <summary>A video changes a few dozen times in its life; a wait that saw this many is answered and may be asked again.</summary>
    private const int MaxTurns = 200;

    private readonly ConcurrentDictionary<(VideoId Id, long Seen), Lazy<Task<VideoView?>>> _calls = new();

    /// <summary>Waits until the video ended or is gone, the time is over, or the host stops; answers the last that is known.</summary>
    public Task<VideoView?> UntilEnded(VideoView known, TimeSpan wait, CancellationToken aborted) => Until(known, static view => view.Status.IsEnded(), wait, aborted);

    /// <summary>The same of one that is to stop: until it has stopped, or goes on because it could not be.</summary>
    public Task<VideoView?> UntilStopped(VideoView known, TimeSpan wait, CancellationToken aborted) => Until(known, static view => view.Status != VideoStatus.Cancelling, wait, aborted);

    private async Task<VideoView?> Until(VideoView known, Func<VideoView, bool> holds, TimeSpan wait, CancellationToken aborted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var view = known;
        var started = time.GetTimestamp();
        for (var turn = 0; turn < MaxTurns && !view.Deleted && !holds(view); turn++)
        {
            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return view;
            try
            {
                if (await Next(view.Id, view.Revision).WaitAsync(left, time, stop.Token) is not { } next) return null;
                view = next;
            }
            catch (TimeoutException)
            {
                return view;
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                return view; // The host stops: better the handle now than a cut connection.
            }
            catch (GrainCallException exception)
            {
                GatewayLog.WaitFailed(logger, view.Id.ToString(), exception);
                return view; // A wait always answers with the handle; the next question meets the trouble itself.
            }
        }

        return view;
    }

    /// <summary>The next change of a video that somebody has seen, or that there was none for so long.</summary>
    public async Task<VideoChange> Next(VideoView seen, TimeSpan wait, CancellationToken aborted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        try
        {
            return await Next(seen.Id, seen.Revision).WaitAsync(wait, time, stop.Token) is { } view ? new VideoChange.Seen(view) : new VideoChange.Over();
        }
        catch (TimeoutException)
        {
            return new VideoChange.None();
        }
        catch (OperationCanceledException)
        {
            return new VideoChange.Over();
        }
        catch (GrainCallException exception)
        {
            GatewayLog.WaitFailed(logger, seen.Id.ToString(), exception);
            return new VideoChange.Over();
        }
    }

    private Task<VideoView?> Next(VideoId id, long seen) =>
        _calls.GetOrAdd((id, seen), key => new(() => Call(key))).Value;

    private async Task<VideoView?> Call((VideoId Id, long Seen) key)
    {
        try
        {
            return await grains.WaitForChange(key.Id, key.Seen);
        }
        finally
        {
            _calls.TryRemove(key, out _);
        }
    }
}

/// <summary>What a wait for a change came to.</summary>
internal abstract record VideoChange
{
    private VideoChange() { }

    /// <summary>The video as it is now; perhaps as it was.</summary>
    public sealed record Seen(VideoView View) : VideoChange;

    /// <summary>Nothing, for so long.</summary>
    public sealed record None : VideoChange;

    /// <summary>There is no more to hear here: the video is gone, nobody answers, the listener left, or the host stops.</summary>
    public sealed record Over : VideoChange;
}
