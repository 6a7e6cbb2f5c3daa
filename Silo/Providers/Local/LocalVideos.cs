using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// The embedded provider: behaves like a remote one, and renders the prompt as text on a moving picture with a tone. One key
/// is one job through retries, races and crashes, until <see cref="OldJobs"/> forgets it; what it was asked and did is in
/// its log. What it does wrong on purpose is at <see cref="FailWords"/>.
/// </summary>
internal sealed class LocalVideos(
    JobFolder jobs,
    LocalLog log,
    LocalRenders renders,
    RenderTools tools,
    IInputFiles inputs,
    IOptions<LocalVideosOptions> options,
    TimeProvider time) : IVideoProvider, IVideoSource
{
    /// <summary>The one account of this provider.</summary>
    public const string AccountName = ModelCatalogue.LocalAccount;

    private const int LongestPrompt = 4000;
    private const int LongestSeconds = 60;

    public string Account => AccountName;

    public ProviderTraits Traits { get; } = new(Resolution.CompleteLookup, QuietTime: TimeSpan.Zero, KeepsOriginal: true, Listing: Listing.Marked);

    // Everything here waits for a disk, and the callers are grains: their turns must not.
    public Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken) =>
        Task.Run(() => Submit(order, gate), CancellationToken.None);

    public Task<CheckReply> Check(string jobId, CancellationToken cancellationToken) => Task.Run(() => Check(jobId), cancellationToken);

    public Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken) => Task.Run(() => FindByKey(order.ProviderKey), cancellationToken);

    public Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => Task.Run(() => List(from, to), cancellationToken);

    public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken) => Task.Run(() => Cancel(jobId), cancellationToken);

    public Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken) => Task.Run(() => Discard(jobId), cancellationToken);

    public Task<SourceReply> Open(string jobId, CancellationToken cancellationToken) => Task.Run(() => Open(jobId), cancellationToken);

    /// <summary>Null when videos can be rendered now; else what is wrong and what to do.</summary>
    public async Task<string?> Health(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(jobs.TryWriting, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return $"The embedded provider cannot write to its folder: {trouble.Message} Give the host's user access to it, or set {LocalVideosOptions.Section}:Folder.";
        }

        if (await tools.Trouble(cancellationToken).ConfigureAwait(false) is { } missing) return $"The embedded provider cannot render: {missing}.";
        return tools.ProbeTrouble is { } noProbe ? $"Videos are rendered, but cannot be looked into: {noProbe}." : null;
    }

    private async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate)
    {
        string? staged = null;
        try
        {
            var jobId = JobFolder.JobIdOf(order.ProviderKey);
            if (!jobs.Exists(jobId))
            {
                // "No job" must be true: it is said only where there is none of an earlier submit either.
                if (await Refusal(order).ConfigureAwait(false) is { } refusal) return new SubmitReply.NoJob(refusal);
                if (order.SourceJobId is { } source && Known(source) is null) return new SubmitReply.NoJob(SourceForgotten);
                var look = order.SourceJobId is { } remixed ? jobs.ReadLook(remixed) : null;
                using var input = order.Input is { } picture ? await inputs.Open(picture, CancellationToken.None).ConfigureAwait(false) : null;
                if (order.Input is not null && input is null) return new SubmitReply.NoJob(InputGone);
                staged = jobs.Stage(JobOf(jobId, order), order.Prompt, look, input);
            }

            if (!gate.MaySend) return new SubmitReply.NotSent(new(FailureKind.Expired, "The time for this submit had passed before it was sent.", Codes.TooLateToSend));
            var isNew = staged is not null && jobs.Claim(staged, jobId);
            return Claimed(jobId, isNew, FailWords.LosesAnswer(options.Value, order.Prompt));
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            // A claim is one rename: when it throws, it was not made, and whether there is an older one could not be read.
            return new SubmitReply.NotSent(Unavailable(trouble));
        }
        finally
        {
            if (staged is not null) JobFolder.Unstage(staged);
        }
    }

    private SubmitReply Claimed(string jobId, bool isNew, bool losesAnswer)
    {
        try
        {
            jobs.SyncClaims();
            if (jobs.Read(jobId) is { } job) log.Write(isNew ? LogWords.Submit : LogWords.SubmitAgain, job);
            if (jobs.ReadEnding(jobId) is null) renders.Owe(jobId);
            return losesAnswer ? new SubmitReply.Unknown(new(FailureKind.Unknown, "The answer is lost, as configured.", FailWords.LostAnswer)) : new SubmitReply.Accepted(jobId);
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new SubmitReply.Unknown(new(FailureKind.Unknown, Short(trouble)));
        }
    }

    private async Task<Failure?> Refusal(SubmitOrder order)
    {
        if (FailWords.Refusal(options.Value, order.Prompt) is { } refused) return refused;
        if (string.IsNullOrWhiteSpace(order.Prompt)) return new(FailureKind.Refused, "The prompt is empty.", "invalid_prompt");
        if (order.Prompt.Length > LongestPrompt) return new(FailureKind.Refused, $"The prompt is longer than {LongestPrompt} characters.", "invalid_prompt");
        if (!VideoSize.TryParse(order.Options.Size, out _)) return new(FailureKind.Refused, $"The size is not possible: {VideoSize.Rule}.", "invalid_size");
        if (order.Options.Seconds is < 1 or > LongestSeconds) return new(FailureKind.Refused, $"A video has 1 to {LongestSeconds} seconds.", "invalid_seconds");
        if (await tools.Trouble(CancellationToken.None).ConfigureAwait(false) is { } missing) return new(FailureKind.Unavailable, missing, "not_installed");
        return await tools.Undrawable(order.Prompt, CancellationToken.None).ConfigureAwait(false) is { } undrawable ? new(FailureKind.Refused, undrawable, "no_font") : null;
    }

    private LocalJob JobOf(string jobId, SubmitOrder order) => new(
        LocalJob.Version, jobId, order.ProviderKey, order.Options.Model, order.Options.Size, order.Options.Seconds,
        time.GetUtcNow(), options.Value.UsdPerSecond * order.Options.Seconds, order.Input?.MediaType);

    private CheckReply Check(string jobId)
    {
        try
        {
            if (Known(jobId) is not { } job) return new CheckReply.Trouble(NoSuchJob(jobId));
            switch (jobs.ReadEnding(jobId))
            {
                case null:
                    // Usually it is in the queue. It is not after trouble with the disk, or when another host claimed it and died.
                    renders.Owe(jobId);
                    return new CheckReply.Running(renders.Percent(jobId));
                case not null when renders.IsBusyWith(jobId):
                    // The ending is told after its line is in the log: who is told can count the lines.
                    return new CheckReply.Running(renders.Percent(jobId));
                case LocalEnding.Finished:
                    return new CheckReply.Finished(job.Usd);
                case LocalEnding.Failed failed:
                    return new CheckReply.Failed(new(failed.Kind, failed.Detail, failed.Code), failed.Charged);
                default:
                    return new CheckReply.Failed(new(FailureKind.Unavailable, "The job was cancelled.", LogWords.Cancelled), Charged.No);
            }
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new CheckReply.Trouble(Unavailable(trouble));
        }
    }

    private FindReply FindByKey(string providerKey)
    {
        try
        {
            var jobId = JobFolder.JobIdOf(providerKey);
            if (jobs.Read(jobId) is not { } job)
            {
                log.FoundNothing(providerKey);
                return new FindReply.Nothing();
            }

            log.Write(LogWords.Find, job);
            return new FindReply.Found(jobId);
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new FindReply.Trouble(Unavailable(trouble));
        }
    }

    // Not in the log: nobody asked for a job.
    private ListReply List(DateTimeOffset from, DateTimeOffset to)
    {
        try
        {
            return new ListReply.Listed([.. jobs.All().Select(jobs.Read).OfType<LocalJob>().Where(job => job.Created >= from && job.Created <= to)
                .Select(job => new ListedJob(job.JobId, job.ProviderKey, job.Created))]);
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new ListReply.Trouble(Unavailable(trouble));
        }
    }

    private async Task<CancelReply> Cancel(string jobId)
    {
        try
        {
            if (Known(jobId) is not { } job) return new CancelReply.Trouble(NoSuchJob(jobId));
            log.Write(LogWords.Cancel, job);

            // The disk decides between a cancel and an end that come together; the render is stopped after that.
            var cancelled = new LocalEnding.Cancelled(time.GetUtcNow());
            if (jobs.ReadEnding(jobId) is null && jobs.TryEnd(jobId, cancelled)) log.Ended(job, cancelled);
            if (jobs.ReadEnding(jobId) is not LocalEnding.Cancelled) return new CancelReply.TooLate("The job had ended before.");
            await renders.Stop(jobId).ConfigureAwait(false);
            jobs.Tidy(jobId);
            return new CancelReply.Cancelled(Charged.No);
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new CancelReply.Trouble(Unavailable(trouble));
        }
    }

    private DiscardReply Discard(string jobId)
    {
        try
        {
            if (Known(jobId) is not { } job) return new DiscardReply.Discarded();
            if (jobs.ReadEnding(jobId) is null) return new DiscardReply.Trouble(new(FailureKind.Refused, "The job has not ended: cancel it first.", "not_ended"));
            jobs.RemoveVideo(jobId);
            log.Write(LogWords.Discard, job);
            return new DiscardReply.Discarded();
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new DiscardReply.Trouble(Unavailable(trouble));
        }
    }

    private SourceReply Open(string jobId)
    {
        try
        {
            if (Known(jobId) is null) return new SourceReply.Gone("The provider has no such job.");
            return jobs.ReadEnding(jobId) switch
            {
                null => new SourceReply.Trouble(new(FailureKind.Unavailable, "The job has not ended yet.", "not_ended")),
                LocalEnding.Finished when jobs.OpenVideo(jobId) is { } video => new SourceReply.Opened(video),
                LocalEnding.Finished => new SourceReply.Gone("The provider's copy was discarded."),
                _ => new SourceReply.Gone("The job ended without a video."),
            };
        }
        catch (Exception trouble) when (IsDisk(trouble))
        {
            return new SourceReply.Trouble(Unavailable(trouble));
        }
    }

    private LocalJob? Known(string jobId) => JobFolder.IsJobId(jobId) ? jobs.Read(jobId) : null;

    private static readonly Failure SourceForgotten =
        new(FailureKind.Refused, $"The embedded provider has forgotten the video that this one is made from: it knows a job for {LocalVideosOptions.Section}:{nameof(LocalVideosOptions.KeepJobs)}.", "source_forgotten");

    private static readonly Failure InputGone = new(FailureKind.Refused, "The picture that guides the video is not in the store any more; send it again.", Codes.InputGone);

    private static Failure NoSuchJob(string jobId) =>
        new(FailureKind.Unknown, JobFolder.IsJobId(jobId) ? $"There is no job {jobId}." : "That is not the id of a job of this provider.", "no_such_job");

    private static Failure Unavailable(Exception trouble) => new(FailureKind.Unavailable, Short(trouble), "disk");

    private static string Short(Exception trouble) => trouble.Message.Length > 200 ? trouble.Message[..200] : trouble.Message;

    private static bool IsDisk(Exception trouble) => trouble is IOException or UnauthorizedAccessException or InvalidDataException;
}
