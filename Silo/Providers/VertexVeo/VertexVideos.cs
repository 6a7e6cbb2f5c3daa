using System.Net.Http.Headers;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// Veo on Vertex AI: <c>predictLongRunning</c>, <c>fetchPredictOperation</c>, and a bucket of ours in between. There is no place for our key
/// but in the path that a video is put under: by that a lost submit is found once its video is there, and never before. No cancel, and it
/// does not say what a job cost that made no video. Without a bucket videos come with the answer, and nothing is found.
/// </summary>
internal sealed class VertexVideos : IAccountAdapter
{

    private readonly AccountOptions _options;
    private readonly IInputFiles _inputs;
    private readonly GoogleAccess _access;
    private readonly ProviderHttp _http, _storage;
    private readonly VertexJobs _jobs;
    private readonly VertexBucket? _bucket;

    public VertexVideos(string account, AccountOptions options, IInputFiles inputs, TimeProvider time)
    {
        (Account, _options, _inputs) = (account, options, inputs);
        var (hasBucket, place) = (options.Bucket is not null, options.Vertex!);
        _access = new(options.AsksMetadataServer ? null : options.Key);
        _http = new(place.Root, () => _access.Token, time, options.PrivateAddresses);
        _storage = new(place.Storage, () => _access.Token, time, options.PrivateAddresses);
        _bucket = options.Bucket is { } bucket ? new(_storage, bucket) : null;
        _jobs = new(_http, _bucket);
        Traits = new(
            hasBucket ? Resolution.Output : Resolution.None, AccountOptions.QuietTime, KeepsOriginal: hasBucket, options.Slots, options.SubmitsPerMinute,
            Listing: hasBucket ? Listing.Outputs : Listing.None);
    }

    public string Account { get; }

    public ProviderTraits Traits { get; }

    public string NoJob => new VertexJobId("videogen-no-job", null).ToString();

    public void Dispose()
    {
        _http.Dispose();
        _storage.Dispose();
    }

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (Refusal(order) is { } refusal) return new SubmitReply.NoJob(refusal);
        try
        {
            var picture = order.Input is { } input ? await Read(input, cancellationToken).ConfigureAwait(false) : null;
            if (order.Input is not null && picture is null) return SharedReplies.InputGone;
            if (await _access.Renew(cancellationToken).ConfigureAwait(false) is { } noToken) return new SubmitReply.NotSent(noToken);
            var body = VertexSubmitBody.Of(order, picture, _bucket?.UriOf(order.ProviderKey));
            var path = $"{_options.Vertex!.Location}/publishers/google/models/{Uri.EscapeDataString(order.Options.Model)}:predictLongRunning";
            var outcome = await _http.Submit(path, body, new MediaTypeHeaderValue("application/json"), order.ProviderKey, gate, cancellationToken).ConfigureAwait(false);
            return HttpFailures.Submit(outcome, new VertexAnswers(order.ProviderKey), _access.Token, order.Prompt);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return SharedReplies.InputUnreadable;
        }
    }

    public async Task<CheckReply> Check(string jobId, CancellationToken cancellationToken) => await Look(jobId, cancellationToken).ConfigureAwait(false) switch
    {
        VertexLook.Running => new CheckReply.Running(0), // It has no percent.
        VertexLook.Made => new CheckReply.Finished(null),
        VertexLook.Failed failed => new CheckReply.Failed(failed.Failure, _options.UnfinishedJobs),
        VertexLook.Missing => new CheckReply.Trouble(new(FailureKind.Unknown, "The provider knows no such job.", "no_such_job")),
        VertexLook.Trouble trouble => new CheckReply.Trouble(trouble.Failure),
        _ => throw new NotSupportedException("A look at a job that this version does not know."),
    };

    public async Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        if (_bucket is null) return new FindReply.Trouble(new(FailureKind.Unknown, "This account has no bucket, so a job whose id was lost cannot be found.", "no_lookup"));
        return await Look(new VertexJobId(order.ProviderKey, null).ToString(), cancellationToken).ConfigureAwait(false) switch
        {
            VertexLook.Made => new FindReply.Found(order.ProviderKey),
            VertexLook.Missing => new FindReply.Nothing(),
            VertexLook.Trouble trouble => new FindReply.Trouble(trouble.Failure),
            _ => throw new NotSupportedException("A look at a bucket that this version does not know."),
        };
    }

    public async Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        if (_bucket is null) return new ListReply.Trouble(SharedReplies.NoList);
        if (await _access.Renew(cancellationToken).ConfigureAwait(false) is { } noToken) return new ListReply.Trouble(noToken);
        var (objects, trouble) = await _bucket.ListAll(cancellationToken).ConfigureAwait(false);
        if (objects is null) return new ListReply.Trouble(trouble!);

        // What lies under one key is one job's; what lies under none is somebody's, each for itself.
        var jobs = objects.Where(stored => stored.IsVideo).GroupBy(stored => _bucket.MarkOf(stored) ?? stored.Name, StringComparer.Ordinal)
            .Select(made => new ListedJob(made.Key, made.Select(_bucket.MarkOf).First(), made.Min(stored => stored.CreatedAt)));
        return new ListReply.Listed([.. jobs.Where(job => !(job.CreatedAt < from - AccountOptions.ClockSlack))]);
    }

    public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken) => Task.FromResult(SharedReplies.CannotStop);

    public async Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken)
    {
        if (_bucket is null || VertexJobId.Parse(jobId) is not { } id) return new DiscardReply.Discarded();
        switch (await Look(jobId, cancellationToken).ConfigureAwait(false))
        {
            case VertexLook.Trouble trouble:
                return new DiscardReply.Trouble(trouble.Failure);
            case VertexLook.Running:
                return new DiscardReply.Trouble(new(FailureKind.Refused, "The job has not ended.", "not_ended"));
        }

        var (objects, unlisted) = await _bucket.ListOf(id.Mark, cancellationToken).ConfigureAwait(false);
        foreach (var stored in objects ?? [])
        {
            if (await _bucket.Delete(stored.Name, cancellationToken).ConfigureAwait(false) is { } left) return new DiscardReply.Trouble(left);
        }

        return unlisted is null ? new DiscardReply.Discarded() : new DiscardReply.Trouble(unlisted);
    }

    public async Task<SourceReply> Open(string jobId, CancellationToken cancellationToken)
    {
        switch (await Look(jobId, cancellationToken).ConfigureAwait(false))
        {
            case VertexLook.Made { Content: { } content }:
                return new SourceReply.Opened(new MemoryStream(content, writable: false));
            case VertexLook.Made { Name: { } name }:
                var (video, outcome) = await _bucket!.Open(name, cancellationToken).ConfigureAwait(false);
                if (video is not null) return new SourceReply.Opened(video);
                return VertexBucket.IsGone(outcome) ? new SourceReply.Gone("The video is not in its bucket any more.") : new SourceReply.Trouble(HttpFailures.Trouble(outcome, VertexJobs.Answers));
            case VertexLook.Running:
                return SharedReplies.NotEnded;
            case VertexLook.Failed:
                return SharedReplies.NoVideo;
            case VertexLook.Trouble trouble:
                return new SourceReply.Trouble(trouble.Failure);
            default:
                return SharedReplies.NoSuchJob;
        }
    }

    private async Task<VertexLook> Look(string jobId, CancellationToken cancellationToken)
    {
        if (VertexJobId.Parse(jobId) is not { } id) return new VertexLook.Missing();
        return await _access.Renew(cancellationToken).ConfigureAwait(false) is { } noToken ? new VertexLook.Trouble(noToken) : await _jobs.Look(id, cancellationToken).ConfigureAwait(false);
    }

    private static Failure? Refusal(SubmitOrder order)
    {
        if (order.SourceJobId is not null) return SharedReplies.NoRemix;
        if (!VertexJobId.IsMark(order.ProviderKey)) return new(FailureKind.Refused, "Our key can be no part of a path.", "bad_key");
        return VertexSubmitBody.AspectOf(order.Options.Size) is null ? new(FailureKind.Refused, "This provider makes videos in 16:9 and 9:16.", "invalid_size") : null;
    }

    private async Task<string?> Read(InputFile input, CancellationToken cancellationToken)
    {
        using var picture = await _inputs.Open(input, cancellationToken).ConfigureAwait(false);
        if (picture is null) return null;
        using var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return Convert.ToBase64String(bytes.ToArray());
    }
}
