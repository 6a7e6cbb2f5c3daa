using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Providers.Replicate;

/// <summary>
/// Replicate's HTTP API (specification 1.0.0-a1): predictions of a model, or of a version of one. It has no place for our key but the address
/// that it calls back to, cancels by itself after a time that it is told, and removes all data of a prediction an hour after its end.
/// </summary>
internal sealed class ReplicatePredictions(string account, AccountOptions options, IInputFiles inputs, TimeProvider time) : IAccountAdapter
{
    /// <summary>How long after its end the files of a prediction are there, as documented.</summary>
    public static readonly TimeSpan FilesKeptFor = TimeSpan.FromHours(1);

    /// <summary>The shortest that the header takes.</summary>
    private static readonly TimeSpan _shortestFuse = TimeSpan.FromSeconds(5);

    private readonly ProviderHttp _http = new(options.Address, options.Key.Reveal, time, options.PrivateAddresses);
    private readonly ReplicateAnswers _answers = new();

    public string Account => account;

    public ProviderTraits Traits { get; } = new(Resolution.Lookup, AccountOptions.QuietTime, KeepsOriginal: false, options.Slots, options.SubmitsPerMinute, Listing: Listing.Unmarked);

    public string NoJob => "videogen-no-job";

    public void Dispose() => _http.Dispose();

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (order.SourceJobId is not null) return new SubmitReply.NoJob(SharedReplies.NoRemix);
        if (ReplicateInput.PlaceOf(order.Options.Model) is not var (path, version)) return new SubmitReply.NoJob(new(FailureKind.Refused, "A model of this provider is called owner/name, owner/name:version, or by its version.", "invalid_model"));
        if (order.Input is not null && options.Inputs.Picture.Length == 0) return new SubmitReply.NoJob(new(FailureKind.Refused, "The models of this account take no picture.", "no_picture"));
        try
        {
            var picture = order.Input is { } input ? await DataUrlOf(input, cancellationToken).ConfigureAwait(false) : null;
            if (order.Input is not null && picture is null) return SharedReplies.InputGone;
            var outcome = await _http.Submit(path, BodyOf(order, version, picture), new MediaTypeHeaderValue("application/json"), order.ProviderKey, FuseOf(order), gate, cancellationToken).ConfigureAwait(false);
            return HttpFailures.Submit(outcome, _answers, options.Key.Reveal(), order.Prompt);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return SharedReplies.InputUnreadable;
        }
    }

    public async Task<CheckReply> Check(string jobId, CancellationToken cancellationToken)
    {
        var (prediction, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (prediction is null) return new CheckReply.Trouble(Trouble(outcome, jobId));
        return StageOf(prediction) switch
        {
            Stage.Finished => new CheckReply.Finished(null),
            Stage.Failed => new CheckReply.Failed(ReplicateAnswers.Ended(prediction.Error), ChargeOf(prediction)),
            Stage.Stopped => new CheckReply.Failed(new(FailureKind.Unavailable, "The job was stopped before its end.", prediction.Status), ChargeOf(prediction)),
            _ => new CheckReply.Running(0), // It has no percent, and a word that nobody knows is one for a job that goes on.
        };
    }

    public async Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        if (order.Candidate is { } candidate)
        {
            var (named, outcome) = await Look(candidate, cancellationToken).ConfigureAwait(false);
            if (named is null && !_answers.IsGone(outcome)) return new FindReply.Trouble(Trouble(outcome, candidate));
            if (named is not null && (IsOurs(named, order) ?? (Fits(named, order) && ReplicateList.IsOfItsTime(named, order)))) return new FindReply.Found(named.Id);
        }

        return await ReplicateList.Find(order, prediction => IsOurs(prediction, order), prediction => Fits(prediction, order), Get, _answers, cancellationToken).ConfigureAwait(false);
    }

    public Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        ReplicateList.All(from, to, prediction => options.Callbacks?.MarkOf(prediction.Webhook), Get, _answers, cancellationToken);

    public CallbackReply Hear(ProviderCallback callback)
    {
        // Whoever does not know one of our addresses learns nothing of what else was wrong.
        if (options.Callbacks is not { } callbacks || callbacks.MarkIn(callback.Token) is not { } mark) return new CallbackReply.Refused(CallbackVerdict.UnknownAddress);
        var body = Encoding.UTF8.GetBytes(callback.Body);
        if (!StandardWebhook.IsSigned(callbacks.Secret, callback.Id, callback.Timestamp, body, callback.Signature)) return new CallbackReply.Refused(CallbackVerdict.NotSigned);
        if (!StandardWebhook.IsFresh(callback.Timestamp, time.GetUtcNow())) return new CallbackReply.Refused(CallbackVerdict.NotNow);
        return ReplicateWire.Prediction(body) is { } prediction ? new CallbackReply.Heard(mark, prediction.Id) : new CallbackReply.Refused(CallbackVerdict.Unreadable);
    }

    public async Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken)
    {
        var (prediction, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (prediction is null) return new CancelReply.Trouble(Trouble(outcome, jobId));
        if (StageOf(prediction) == Stage.Running)
        {
            outcome = await _http.Call(HttpMethod.Post, $"{PathOf(jobId)}/cancel", cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true }) return new CancelReply.Trouble(Trouble(outcome, jobId));

            // Its answer may be the prediction as it was before, and another cancel of ours may have been faster.
            (prediction, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
            if (prediction is null) return new CancelReply.Trouble(Trouble(outcome, jobId));
        }

        return StageOf(prediction) switch
        {
            Stage.Stopped => new CancelReply.Cancelled(ChargeOf(prediction)),
            Stage.Running => new CancelReply.Trouble(new(FailureKind.Unavailable, "The job has not stopped yet.")),
            _ => new CancelReply.TooLate("The job had ended before."),
        };
    }

    public async Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken)
    {
        var (prediction, outcome) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (prediction is null) return _answers.IsGone(outcome) ? new DiscardReply.Discarded() : new DiscardReply.Trouble(Trouble(outcome, jobId));
        return StageOf(prediction) switch
        {
            Stage.Running => new DiscardReply.Trouble(new(FailureKind.Refused, "The job has not ended: cancel it first.", "not_ended")),
            Stage.Finished when !prediction.DataRemoved => new DiscardReply.Trouble(new(FailureKind.Refused, "This provider removes its videos itself.", "no_delete")),
            _ => new DiscardReply.Discarded(), // There is nothing of it.
        };
    }

    public async Task<SourceReply> Open(string jobId, CancellationToken cancellationToken)
    {
        var (prediction, looked) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (prediction is null) return _answers.IsGone(looked) ? SharedReplies.NoSuchJob : new SourceReply.Trouble(Trouble(looked, jobId));
        if (StageOf(prediction) == Stage.Running) return SharedReplies.NotEnded;
        if (StageOf(prediction) != Stage.Finished) return SharedReplies.NoVideo;
        if (prediction.DataRemoved) return Gone;
        if (!Uri.TryCreate(prediction.Video, UriKind.Absolute, out var place) || !VideoPlace.IsAllowed(place, options.Address))
        {
            return new SourceReply.Trouble(new(FailureKind.Unknown, "The provider does not say where the video is, or says a place that is not asked.", "no_url"));
        }

        // What is beside the API needs our token, and what is elsewhere must not have it.
        var (content, outcome) = await _http.Open(VideoPlace.IsBeside(place, options.Address) ? new(place.PathAndQuery, UriKind.Relative) : place, cancellationToken).ConfigureAwait(false);
        if (content is not null) return new SourceReply.Opened(content);
        return outcome is HttpOutcome.Answered { Status: 404 or 410 } && prediction.CompletedAt + FilesKeptFor < time.GetUtcNow() ? Gone : new SourceReply.Trouble(HttpFailures.Trouble(outcome, _answers));
    }

    private static readonly SourceReply Gone = new SourceReply.Gone("The provider removes the files of a job an hour after its end, and has.");

    private Task<HttpOutcome> Get(string path, CancellationToken cancellationToken) => _http.Call(HttpMethod.Get, path, cancellationToken);

    private async Task<(PredictionWire? Prediction, HttpOutcome Outcome)> Look(string jobId, CancellationToken cancellationToken)
    {
        var outcome = await Get(PathOf(jobId), cancellationToken).ConfigureAwait(false);
        var prediction = outcome is HttpOutcome.Answered { IsSuccess: true } answered ? ReplicateWire.Prediction(answered.Body) : null;
        return (prediction?.Id == jobId ? prediction : null, outcome);
    }

    // Our address in it is a proof; another one of ours, or somebody's, is a proof of the contrary; and without one nobody knows.
    private bool? IsOurs(PredictionWire prediction, FindOrder order) =>
        prediction.Webhook is null || options.Callbacks is null ? null : options.Callbacks.MarkOf(prediction.Webhook) == order.ProviderKey;

    private bool Fits(PredictionWire prediction, FindOrder order) => ReplicateInput.Fits(prediction, order.Prompt, order.Options, options.Inputs);

    private Failure Trouble(HttpOutcome outcome, string jobId) => outcome is HttpOutcome.Answered { Status: 404 }
        ? new(FailureKind.Unknown, $"The provider knows no job {jobId}.", "no_such_job")
        : HttpFailures.Trouble(outcome, _answers);

    private byte[] BodyOf(SubmitOrder order, string? version, string? picture)
    {
        var body = new JsonObject();
        if (version is not null) body["version"] = version;
        body["input"] = ReplicateInput.Of(order.Prompt, order.Options, options.Inputs, picture);
        if (options.Callbacks is { } callbacks)
        {
            body["webhook"] = callbacks.Of(account, order.ProviderKey).AbsoluteUri;
            body["webhook_events_filter"] = new JsonArray("completed");
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    // Whatever becomes of us, it costs no more than that much time.
    private static (string Name, string Value)[] FuseOf(SubmitOrder order) => order.JobDeadline is { } deadline && deadline >= _shortestFuse
        ? [("Cancel-After", string.Create(CultureInfo.InvariantCulture, $"{(long)deadline.TotalSeconds}s"))]
        : [];

    private async Task<string?> DataUrlOf(InputFile input, CancellationToken cancellationToken)
    {
        using var picture = await inputs.Open(input, cancellationToken).ConfigureAwait(false);
        if (picture is null) return null;
        using var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return $"data:{input.MediaType};base64,{Convert.ToBase64String(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))}";
    }

    // Billed is the time that the model ran, or what came of it: one that never ran took nothing.
    private Charged ChargeOf(PredictionWire prediction) => prediction is { Status: "aborted" } or { PredictTime: 0 } ? Charged.No : options.UnfinishedJobs;

    private static Stage StageOf(PredictionWire prediction) => prediction.Status switch
    {
        "succeeded" => Stage.Finished,
        "failed" => Stage.Failed,
        "canceled" or "aborted" => Stage.Stopped,
        _ => Stage.Running,
    };

    private static string PathOf(string jobId) => $"predictions/{Uri.EscapeDataString(jobId)}";

    private enum Stage
    {
        Running,
        Finished,
        Failed,
        Stopped,
    }
}
