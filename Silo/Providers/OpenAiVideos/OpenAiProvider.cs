using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.OpenAiVideos;

/// <summary>
/// A server that speaks OpenAI's Videos API: LiteLLM, vLLM-Omni, SGLang and others; OpenAI's own was closed on 2026-09-24. The
/// protocol has no place for our key, no cancel, and does not say what a failed job cost: what an account's server is known to do
/// beyond that is in its <see cref="AccountOptions"/>.
/// </summary>
internal sealed class OpenAiProvider(string account, AccountOptions options, IInputFiles inputs, TimeProvider time) : IAccountAdapter
{
    private const string Videos = "videos";

    private readonly ProviderHttp _http = new(options.Address, options.Key.Reveal, time, options.PrivateAddresses);
    private readonly OpenAiAnswers _answers = new();

    public string Account => account;

    public ProviderTraits Traits { get; } = new(
        ResolutionOf(options), AccountOptions.QuietTime, KeepsOriginal: true, options.Slots, options.SubmitsPerMinute, options.KeyKeptFor, options.FindsByList ? Listing.Unmarked : Listing.None);

    public string NoJob => "videogen-no-job";

    public void Dispose() => _http.Dispose();

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (order.SourceJobId is not null) return new SubmitReply.NoJob(SharedReplies.NoRemix);
        try
        {
            using var picture = order.Input is { } input ? await inputs.Open(input, cancellationToken).ConfigureAwait(false) : null;
            if (order.Input is not null && picture is null) return SharedReplies.InputGone;
            var (body, type) = await OpenAiSubmitBody.Of(order, picture, cancellationToken).ConfigureAwait(false);
            var outcome = await _http.Submit(Videos, body, type, order.ProviderKey, gate, cancellationToken).ConfigureAwait(false);
            return HttpFailures.Submit(outcome, _answers, options.Key.Reveal(), order.Prompt);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return SharedReplies.InputUnreadable;
        }
    }

    public async Task<CheckReply> Check(string jobId, CancellationToken cancellationToken)
    {
        var (video, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (video is null) return new CheckReply.Trouble(Trouble(outcome, jobId));
        return StageOf(video) switch
        {
            Stage.Finished => new CheckReply.Finished(video.CostUsd),
            Stage.Failed => new CheckReply.Failed(Ended(video), ChargeOf(video)),
            Stage.Stopped => new CheckReply.Failed(new(FailureKind.Unavailable, "The job was stopped before its end.", video.Status), ChargeOf(video)),
            _ => new CheckReply.Running(video.Progress),
        };
    }

    public Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken) => options.FindsByList
        ? OpenAiList.Find(order, (path, token) => _http.Call(HttpMethod.Get, path, token), _answers, cancellationToken)
        : Task.FromResult<FindReply>(new FindReply.Trouble(new(FailureKind.Unknown, "This provider cannot be asked for a job whose id was lost.", "no_lookup")));

    public Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => options.FindsByList
        ? OpenAiList.All(from, (path, token) => _http.Call(HttpMethod.Get, path, token), _answers, cancellationToken)
        : Task.FromResult<ListReply>(new ListReply.Trouble(SharedReplies.NoList));

    public async Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken)
    {
        // Where DELETE only hides a job it must not be sent: the job would go on, and nobody could see it any more.
        if (!options.DeleteStops) return SharedReplies.CannotStop;

        var (video, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (video is null) return new CancelReply.Trouble(Trouble(outcome, jobId));
        if (StageOf(video) == Stage.Running)
        {
            outcome = await Delete(jobId, cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } && !IsGone(outcome)) return new CancelReply.Trouble(Trouble(outcome, jobId));

            // Some keep the job and say what it took, others forget it; and another cancel of ours may have been faster.
            var (after, looked) = await Look(jobId, cancellationToken).ConfigureAwait(false);
            if (after is null && !IsGone(looked)) return new CancelReply.Trouble(Trouble(looked, jobId));
            if (after is null) return new CancelReply.Cancelled(options.UnfinishedJobs);
            video = after;
        }

        return StageOf(video) switch
        {
            Stage.Stopped => new CancelReply.Cancelled(ChargeOf(video)),
            Stage.Running => new CancelReply.Trouble(new(FailureKind.Unavailable, "The job has not stopped yet.")),
            _ => new CancelReply.TooLate("The job had ended before."),
        };
    }

    public async Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken)
    {
        var (video, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (video is null) return IsGone(outcome) ? new DiscardReply.Discarded() : new DiscardReply.Trouble(Trouble(outcome, jobId));
        if (StageOf(video) == Stage.Running) return new DiscardReply.Trouble(new(FailureKind.Refused, "The job has not ended: cancel it first.", "not_ended"));
        outcome = await Delete(jobId, cancellationToken).ConfigureAwait(false);
        return outcome is HttpOutcome.Answered { IsSuccess: true } || IsGone(outcome) ? new DiscardReply.Discarded() : new DiscardReply.Trouble(Trouble(outcome, jobId));
    }

    public async Task<SourceReply> Open(string jobId, CancellationToken cancellationToken)
    {
        var (content, outcome) = await _http.Open(new($"{PathOf(jobId)}/content", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        if (content is not null) return new SourceReply.Opened(content);

        // Servers answer 404 for a while after they said "completed": only the job itself tells whether there will be a file.
        var (video, looked) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (video is null) return IsGone(looked) ? SharedReplies.NoSuchJob : new SourceReply.Trouble(Trouble(looked, jobId));
        return StageOf(video) switch
        {
            Stage.Running => SharedReplies.NotEnded,
            Stage.Finished => new SourceReply.Trouble(HttpFailures.Trouble(outcome, _answers)),
            _ => SharedReplies.NoVideo,
        };
    }

    private async Task<(VideoWire? Video, HttpOutcome Outcome)> Look(string jobId, CancellationToken cancellationToken)
    {
        var outcome = await _http.Call(HttpMethod.Get, PathOf(jobId), cancellationToken).ConfigureAwait(false);
        return (outcome is HttpOutcome.Answered { IsSuccess: true } answered ? OpenAiWire.Video(answered.Body) : null, outcome);
    }

    private Task<HttpOutcome> Delete(string jobId, CancellationToken cancellationToken) => _http.Call(HttpMethod.Delete, PathOf(jobId), cancellationToken);

    private Failure Trouble(HttpOutcome outcome, string jobId) => outcome is HttpOutcome.Answered { Status: 404 }
        ? new(FailureKind.Unknown, $"The provider knows no job {jobId}.", "no_such_job")
        : HttpFailures.Trouble(outcome, _answers);

    // A 404 of something between us and the server is not the server's word.
    private static bool IsGone(HttpOutcome outcome) => outcome is HttpOutcome.Answered { Status: 404 or 410 } answered && OpenAiWire.IsOwnError(answered.Body);

    private static Resolution ResolutionOf(AccountOptions options) =>
        options.KeyKeptFor is not null ? Resolution.SameKey : options.FindsByList ? Resolution.Lookup : Resolution.None;

    private Failure Ended(VideoWire video) => _answers.IsPolicy(video.Error)
        ? SharedReplies.Rejected(video.Error.Code)
        : SharedReplies.NotMade(HttpFailures.Code(video.Error.Code));

    private Charged ChargeOf(VideoWire video) => video.CostUsd switch { null => options.UnfinishedJobs, > 0 => Charged.Yes, _ => Charged.No };

    // A word that nobody knows is one for a job that goes on: its deadline is ours.
    private static Stage StageOf(VideoWire video) => video.Status switch
    {
        "completed" => Stage.Finished,
        "failed" or "expired" => Stage.Failed,
        "cancelled" or "canceled" => Stage.Stopped,
        _ => Stage.Running,
    };

    private static string PathOf(string jobId) => $"{Videos}/{Uri.EscapeDataString(jobId)}";

    private enum Stage
    {
        Running,
        Finished,
        Failed,
        Stopped,
    }
}
