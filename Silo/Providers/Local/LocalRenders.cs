using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// Renders what is owed: a few jobs at once, the others in the order of their submits. A stop or a crash leaves them owed,
/// and the next start renders them from the beginning. Nothing about a render is on disk but its ending.
/// </summary>
internal sealed partial class LocalRenders(
    JobFolder jobs, LocalLog log, OldJobs old, RenderTools tools, IOptions<LocalVideosOptions> options, TimeProvider time, ILogger<LocalRenders> logger) : BackgroundService
{
    private static readonly TimeSpan _recoverAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Channel<Render> _queue = Channel.CreateUnbounded<Render>();
    private readonly ConcurrentDictionary<string, Render> _owed = new(StringComparer.Ordinal);

    /// <summary>Takes a job that has not ended into the queue, unless it is there. May be called at any time, as often as one likes.</summary>
    public void Owe(string jobId)
    {
        if (_owed.ContainsKey(jobId)) return; // As it is at nearly every check.
        var render = new Render(jobId);
        if (_owed.TryAdd(jobId, render)) _queue.Writer.TryWrite(render);
        else render.Dispose();
    }

    /// <summary>How far a job is: 0 to 99.</summary>
    public int Percent(string jobId) => _owed.TryGetValue(jobId, out var render) ? render.Percent : 0;

    /// <summary>Whether a worker is still busy with a job, if only with its line in the log.</summary>
    public bool IsBusyWith(string jobId) => _owed.TryGetValue(jobId, out var render) && render.IsStarted;

    /// <summary>Stops a job whose ending is on disk; completes when its ffmpeg is dead.</summary>
    public Task Stop(string jobId) => _owed.TryGetValue(jobId, out var render) ? render.Stop() : Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Recover(stoppingToken).ConfigureAwait(false);
        await Task.WhenAll(Work(stoppingToken), old.KeepRemoving(stoppingToken)).ConfigureAwait(false);
    }

    /// <summary>Completes the log of a host that died between an act and its line, and takes up every job without an ending.</summary>
    private async Task Recover(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                jobs.Prepare();
                var known = Readable().ToList();
                log.Complete(known);
                foreach (var (job, _) in known.Where(known => known.Ending is null).OrderBy(known => known.Job.Created)) Owe(job.JobId);
                return;
            }
            catch (Exception trouble) when (IsDisk(trouble))
            {
                // The provider stays up meanwhile: a submit is refused, and the health sentence says why.
                LogNotRecovered(trouble.Message);
                await Task.Delay(_recoverAgainAfter, time, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>All jobs but damaged ones: one bad file must not keep the others from being rendered.</summary>
    private IEnumerable<(LocalJob Job, LocalEnding? Ending)> Readable()
    {
        foreach (var jobId in jobs.All())
        {
            (LocalJob, LocalEnding?)? known = null;
            try
            {
                if (jobs.Read(jobId) is { } job) known = (job, jobs.ReadEnding(jobId));
            }
            catch (InvalidDataException damaged)
            {
                LogDamaged(jobId, damaged.Message);
            }

            if (known is { } readable) yield return readable;
        }
    }

    /// <summary>Starts one after another, each as soon as there is room.</summary>
    private async Task Work(CancellationToken stopping)
    {
        using var room = new SemaphoreSlim(options.Value.RendersAtOnce);
        try
        {
            await foreach (var render in _queue.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                await room.WaitAsync(stopping).ConfigureAwait(false);
                _ = Carry(render, room, stopping);
            }
        }
        finally
        {
            await Task.WhenAll(_owed.Values.Where(render => render.IsStarted).Select(render => render.Over)).ConfigureAwait(false);
        }
    }

    /// <summary>One job to its ending. Never throws: one job must not stop the host, and with it all others.</summary>
    private async Task Carry(Render render, SemaphoreSlim room, CancellationToken stopping)
    {
        try
        {
            using var isIn = new Room(room);
            if (render.Start()) await Carry(render, isIn, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (render.Stopped.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // Cancelled: its ending is on disk. Stopping: it stays owed.
        }
        catch (Exception trouble)
        {
            // It has no ending, so the next check takes it up again.
            LogRenderTrouble(trouble, render.JobId);
        }
        finally
        {
            _owed.TryRemove(render.JobId, out _);
            render.Dispose();
        }
    }

    private async Task Carry(Render render, Room room, CancellationToken stopping)
    {
        if (jobs.Read(render.JobId) is not { } job || jobs.ReadEnding(render.JobId) is not null) return;
        log.Write(LogWords.RenderStarted, job);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, render.Stopped);
        var prompt = jobs.ReadPrompt(job.JobId);
        var failed = await Picture(job, prompt, render, ending.Token).ConfigureAwait(false) ?? FailWords.Ending(options.Value, prompt, time.GetUtcNow());
        room.Dispose(); // The rest takes no power: a job that is only slow must not keep others from being rendered.
        await Task.Delay(FailWords.TimeAfterRendering(options.Value, prompt), time, ending.Token).ConfigureAwait(false);

        var now = time.GetUtcNow();
        LocalEnding end = failed is null ? new LocalEnding.Finished(now) : failed with { At = now };
        if (jobs.TryEnd(job.JobId, end)) log.Ended(job, end);
        jobs.Tidy(job.JobId);
    }

    /// <summary>Makes the video; answers why there is none.</summary>
    private async Task<LocalEnding.Failed?> Picture(LocalJob job, string prompt, Render render, CancellationToken ending)
    {
        var fonts = await tools.Fonts(ending).ConfigureAwait(false);
        if (tools.Ffmpeg is not { } ffmpeg || fonts.First is null)
        {
            return Failed(await tools.Trouble(ending).ConfigureAwait(false) ?? "ffmpeg was not there", "not_installed");
        }

        using var limit = new CancellationTokenSource(options.Value.RenderTimeLimit, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending, limit.Token);
        try
        {
            var rendering = JobFolder.RenderingName();
            var exit = await Ffmpeg.Render(ffmpeg, fonts, jobs.PathOf(job.JobId), job, prompt, jobs.ReadLook(job.JobId), rendering, percent => render.Percent = percent, over.Token).ConfigureAwait(false);
            if (exit.ExitCode != 0 && job.InputType is { } inputType && !await Ffmpeg.CanRead(ffmpeg, jobs.PathOf(job.JobId), inputType, over.Token).ConfigureAwait(false))
            {
                return new(time.GetUtcNow(), FailureKind.Refused, "The picture that guides the video cannot be read: it is damaged, or has too many pixels.", "input_unreadable", Charged.No);
            }

            if (exit.ExitCode != 0)
            {
                LogFfmpegFailed(job.JobId, exit.ExitCode, exit.LastError);
                return Failed($"ffmpeg ended with exit code {exit.ExitCode}; the host's log has its last words", "render_failed");
            }

            jobs.Publish(job.JobId, rendering);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return Failed($"rendering took longer than {LocalVideosOptions.Section}:RenderTimeLimit ({options.Value.RenderTimeLimit})", "render_time_limit");
        }
    }

    private LocalEnding.Failed Failed(string detail, string code) => new(time.GetUtcNow(), FailureKind.Unavailable, detail, code, Charged.No);

    private static bool IsDisk(Exception trouble) =>
        trouble is IOException or UnauthorizedAccessException;

    /// <summary>A place among those that are rendered at once; given back once.</summary>
    private sealed class Room(SemaphoreSlim room) : IDisposable
    {
        private SemaphoreSlim? _room = room;

        public void Dispose() => Interlocked.Exchange(ref _room, null)?.Release();
    }
}
