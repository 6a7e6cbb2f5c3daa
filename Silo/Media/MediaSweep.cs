using Npgsql;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>
/// Removes what nobody wants any more, at start and every 6 hours: what crashes left unfinished, files of videos whose removal was
/// interrupted, and of videos that are kept as long as they have to be; and pictures that nobody sends any more. The documents decide about
/// videos; each step may be done twice.
/// </summary>
internal sealed partial class MediaSweep(
    IVideoStore files, IInputStore inputs, MediaBook book, Workbench bench, TimeProvider time, ILogger<MediaSweep> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromHours(6);

    /// <summary>A younger file may be of a save that is still under way; longer than any of those takes.</summary>
    public static readonly TimeSpan YoungestFile = TimeSpan.FromDays(1);

    private const int BatchSize = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // A start does not wait for it.
        using var ticks = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await Sweep(stoppingToken).ConfigureAwait(false);
            }
            while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sweeps first thing.
        }
    }

    /// <returns>What it found; null where it did not come to its end.</returns>
    internal async Task<StoreSweep?> Sweep(CancellationToken cancellationToken)
    {
        try
        {
            var removed = 0;
            bench.Clear();
            await files.RemoveLeftovers(cancellationToken).ConfigureAwait(false);
            await inputs.RemoveOld(cancellationToken).ConfigureAwait(false);
            var unknown = new HashSet<VideoId>();
            await foreach (var batch in files.WrittenBefore(time.GetUtcNow() - YoungestFile).Chunk(BatchSize).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                foreach (var (id, reason) in await book.Unwanted(new HashSet<VideoId>(batch), time.GetUtcNow(), files.RetainFor, cancellationToken).ConfigureAwait(false))
                {
                    if (reason == UnwantedReason.Unknown) unknown.Add(id);
                    else
                    {
                        await Remove(id, reason, cancellationToken).ConfigureAwait(false);
                        removed++;
                    }
                }
            }

            if (unknown.Count > 0) LogUnknown(unknown.Count, unknown.First());
            return new(removed, unknown.Count);
        }
        catch (Exception trouble) when (trouble is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            LogSweepFailed(trouble); // The next one tries again.
            return null;
        }
    }

    private async Task Remove(VideoId id, UnwantedReason reason, CancellationToken cancellationToken)
    {
        await files.Delete(id, cancellationToken).ConfigureAwait(false);
        LogRemoved(id, reason);
    }

    [LoggerMessage(1, LogLevel.Information, "Removed the files of video {Id}: {Reason}")]
    private partial void LogRemoved(VideoId id, UnwantedReason reason);

    [LoggerMessage(2, LogLevel.Error, "The store has files of {Count} videos that the database does not know, such as {Id}: was it restored from a backup? They are kept")]
    private partial void LogUnknown(int count, VideoId id);

    [LoggerMessage(3, LogLevel.Warning, "The sweep of the store did not come to its end; the next one tries again")]
    private partial void LogSweepFailed(Exception exception);
}
