using Microsoft.Extensions.Options;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// Removes jobs that nobody can ask for any more, and old lines of the log of requests. A job that is gone is a job that
/// never was: a lookup by its key finds nothing, and the key may be submitted anew.
/// </summary>
internal sealed partial class OldJobs(JobFolder jobs, RequestLog lines, IOptions<LocalVideosOptions> options, TimeProvider time, ILogger<OldJobs> logger)
{
    private static readonly TimeSpan _every = TimeSpan.FromHours(1);

    /// <summary>Removes them now and from time to time.</summary>
    public async Task KeepRemoving(CancellationToken stopping)
    {
        while (true)
        {
            Remove(stopping);
            await Task.Delay(_every, time, stopping).ConfigureAwait(false);
        }
    }

    internal void Remove(CancellationToken stopping)
    {
        try
        {
            var now = time.GetUtcNow();
            lines.Rotate(now - options.Value.KeepJobs);
            foreach (var jobId in jobs.All())
            {
                stopping.ThrowIfCancellationRequested();
                if (IsOld(jobId, now)) jobs.Remove(jobId);
            }
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(trouble.Message);
        }
    }

    /// <summary>Whether a job ended so long ago that it may go; one that has not ended never may.</summary>
    internal static bool MayGo(LocalEnding? ending, bool hasVideo, DateTimeOffset now, LocalVideosOptions options) =>
        ending is not null && now - ending.At > (hasVideo ? Longer(options.KeepVideos, options.KeepJobs) : options.KeepJobs);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private bool IsOld(string jobId, DateTimeOffset now)
    {
        try
        {
            return MayGo(jobs.ReadEnding(jobId), jobs.HasVideo(jobId), now, options.Value);
        }
        catch (InvalidDataException)
        {
            return false; // The start has told what to do about it.
        }
    }
}
