using System.Net.Http.Headers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Kling;

/// <summary>
/// Kling's API. Our key goes with a submit as <c>external_task_id</c>, and the job can be asked for by it; that a lookup which finds
/// nothing proves that there is none is said nowhere. No cancel, no delete: it removes videos itself after 30 days.
/// </summary>
internal sealed partial class KlingVideos(string account, AccountOptions options, IInputFiles inputs, TimeProvider time) : IAccountAdapter
{
    private const int LongestPrompt = 2500;
    private const int FullHd = 1080;

    private readonly ProviderHttp _http = new(options.Address, () => KlingToken.Sign(options.AccessKey, options.Key.Reveal(), time.GetUtcNow()), time, options.PrivateAddresses);
    private readonly KlingAnswers _ofText = new(KlingJobId.OfText), _ofPicture = new(KlingJobId.OfPicture);

    public string Account => account;

    public ProviderTraits Traits { get; } = new(Resolution.Lookup, AccountOptions.QuietTime, KeepsOriginal: false, options.Slots, options.SubmitsPerMinute, Listing: Listing.Marked);

    public string NoJob => new KlingJobId(KlingJobId.OfText, "videogen-no-job").ToString();

    public void Dispose() => _http.Dispose();

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (Refusal(order) is { } refusal) return new SubmitReply.NoJob(refusal);
        try
        {
            var picture = order.Input is { } input ? await Read(input, cancellationToken).ConfigureAwait(false) : null;
            if (order.Input is not null && picture is null) return SharedReplies.InputGone;
            var (kind, reader) = picture is null ? (KlingJobId.OfText, _ofText) : (KlingJobId.OfPicture, _ofPicture);
            var body = JsonSerializer.SerializeToUtf8Bytes(BodyOf(order, picture));
            var outcome = await _http.Submit(PathOf(kind), body, new MediaTypeHeaderValue("application/json"), order.ProviderKey, gate, cancellationToken).ConfigureAwait(false);
            return HttpFailures.Submit(outcome, reader, options.Key.Reveal(), options.AccessKey, order.Prompt);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return SharedReplies.InputUnreadable;
        }
    }

    public async Task<CheckReply> Check(string jobId, CancellationToken cancellationToken)
    {
        var (job, failure, _) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        return job switch
        {
            null => new CheckReply.Trouble(failure!),
            { Status: "succeed" } => new CheckReply.Finished(null),
            { Status: "failed" } => new CheckReply.Failed(Ended(job), job.WasCharged switch { true => Charged.Yes, false => Charged.No, _ => options.UnfinishedJobs }),
            _ => new CheckReply.Running(0), // It has no percent, and a word that nobody knows is one for a job that goes on.
        };
    }

    public async Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        foreach (var reader in (KlingAnswers[])[_ofText, _ofPicture])
        {
            var kind = reader == _ofText ? KlingJobId.OfText : KlingJobId.OfPicture;
            var outcome = await _http.Call(HttpMethod.Get, $"{PathOf(kind)}/{Uri.EscapeDataString(order.ProviderKey)}", cancellationToken).ConfigureAwait(false);
            if (IsNotFound(outcome)) continue;
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || KlingAnswers.JobIn(answered.Body) is not { } job) return new FindReply.Trouble(HttpFailures.Trouble(outcome, reader));

            // What does not say our key back may be another job, whose id only looks like it.
            return job.Asked?.Mark == order.ProviderKey && reader.JobIdIn(answered.Body) is { } jobId
                ? new FindReply.Found(jobId)
                : new FindReply.Trouble(new(FailureKind.Unknown, "The provider answered with a job that is not marked as ours.", "not_ours"));
        }

        return new FindReply.Nothing();
    }

    public async Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var jobs = new List<ListedJob>();
        foreach (var reader in (KlingAnswers[])[_ofText, _ofPicture])
        {
            var kind = reader == _ofText ? KlingJobId.OfText : KlingJobId.OfPicture;
            if (await KlingList.Read(kind, from, PathOf(kind), (path, token) => _http.Call(HttpMethod.Get, path, token), reader, jobs, cancellationToken).ConfigureAwait(false) is { } trouble)
            {
                return new ListReply.Trouble(trouble);
            }
        }

        return new ListReply.Listed(jobs);
    }

    public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken) => Task.FromResult(SharedReplies.CannotStop);

    public Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken) =>
        Task.FromResult<DiscardReply>(new DiscardReply.Trouble(new(FailureKind.Refused, "This provider removes its videos itself.", "no_delete")));

    public async Task<SourceReply> Open(string jobId, CancellationToken cancellationToken)
    {
        var (job, failure, isGone) = await Look(jobId, cancellationToken).ConfigureAwait(false);
        if (job is null) return isGone ? SharedReplies.NoSuchJob : new SourceReply.Trouble(failure!);
        if (job.Status == "failed") return SharedReplies.NoVideo;
        if (job.Status != "succeed") return SharedReplies.NotEnded;
        if (job.Result?.Videos is not [{ Url: { } url }, ..] || !Uri.TryCreate(url, UriKind.Absolute, out var place) || !VideoPlace.IsAllowed(place, options.Address))
        {
            return new SourceReply.Trouble(new(FailureKind.Unknown, "The provider does not say where the video is, or says a place that is not asked.", "no_url"));
        }

        var (content, outcome) = await _http.Open(place, cancellationToken).ConfigureAwait(false);
        return content is null ? new SourceReply.Trouble(HttpFailures.Trouble(outcome, _ofText)) : new SourceReply.Opened(content);
    }

    private async Task<(KlingJob? Job, Failure? Failure, bool IsGone)> Look(string jobId, CancellationToken cancellationToken)
    {
        var unknown = new Failure(FailureKind.Unknown, "The provider knows no such job.", "no_such_job");
        if (KlingJobId.Parse(jobId) is not { } id) return (null, unknown, true);
        var outcome = await _http.Call(HttpMethod.Get, $"{PathOf(id.Kind)}/{Uri.EscapeDataString(id.Id)}", cancellationToken).ConfigureAwait(false);
        if (IsNotFound(outcome)) return (null, unknown, true);
        var job = outcome is HttpOutcome.Answered { IsSuccess: true } answered ? KlingAnswers.JobIn(answered.Body) : null;
        return job is null ? (null, HttpFailures.Trouble(outcome, _ofText), false) : (job, null, false);
    }

    private bool IsNotFound(HttpOutcome outcome) => outcome is HttpOutcome.Answered { Status: 404 } answered && _ofText.ErrorIn(answered.Body).Code == KlingAnswers.NotFound;

    private static Failure Ended(KlingJob job) => job.Message is { } message && Policy().IsMatch(message)
        ? SharedReplies.Rejected()
        : SharedReplies.NotMade();

    private static Failure? Refusal(SubmitOrder order)
    {
        if (order.SourceJobId is not null) return SharedReplies.NoRemix;
        if (!Mark().IsMatch(order.ProviderKey)) return new(FailureKind.Refused, "Our key is none that this provider is known to take.", "bad_key");
        if (order.Prompt.Length > LongestPrompt) return new(FailureKind.Refused, $"This provider takes prompts of at most {LongestPrompt} characters.", "invalid_prompt");
        return AspectOf(order.Options.Size) is null ? new(FailureKind.Refused, "This provider makes videos in 16:9, 9:16 and 1:1.", "invalid_size") : null;
    }

    private static KlingBody BodyOf(SubmitOrder order, string? picture) => new(
        order.Options.Model,
        order.Prompt,
        order.Options.Seconds.ToString(CultureInfo.InvariantCulture),
        VideoSize.TryParse(order.Options.Size, out var size) && Math.Min(size.Width, size.Height) >= FullHd ? "pro" : "std",
        picture is null ? AspectOf(order.Options.Size) : null, // With a picture, its own.
        picture,
        order.ProviderKey);

    private static string? AspectOf(string size) => !VideoSize.TryParse(size, out var s) ? null
        : s.Width == s.Height ? "1:1" : s.Width * 9 == s.Height * 16 ? "16:9" : s.Width * 16 == s.Height * 9 ? "9:16" : null;

    private async Task<string?> Read(InputFile input, CancellationToken cancellationToken)
    {
        using var picture = await inputs.Open(input, cancellationToken).ConfigureAwait(false);
        if (picture is null) return null;
        using var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return Convert.ToBase64String(bytes.ToArray());
    }

    private static string PathOf(string kind) => $"v1/videos/{kind}";

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Mark();

    [GeneratedRegex("policy|risk control|guideline|sensitive", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    private sealed record KlingBody(
        [property: JsonPropertyName("model_name")] string Model,
        [property: JsonPropertyName("prompt")] string Prompt,
        [property: JsonPropertyName("duration")] string Duration,
        [property: JsonPropertyName("mode")] string Mode,
        [property: JsonPropertyName("aspect_ratio"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AspectRatio,
        [property: JsonPropertyName("image"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Image,
        [property: JsonPropertyName("external_task_id")] string Mark);
}
