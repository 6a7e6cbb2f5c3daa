using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Providers;
using VideoGen.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Videos;

/// <summary>The calls of grains, each with a bound; whatever goes wrong in one comes out as <see cref="GrainCallException"/>.</summary>
internal sealed class VideoGrains(
    IGrainFactory grains, GrainContact contact, IInstallation installation, IVideoFiles files, TimeProvider time, IOptions<GatewayOptions> options, VideoGenTelemetry telemetry, AsksUnderWay underWay)
{
    /// <summary>How long <see cref="IVideoRequestGrain.WaitForChange"/> may wait on purpose.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    // Not cancelled when the caller leaves: an ask that is under way is finished, so that asking again finds its answer.
    public Task<AskAnswer> Ask(VideoAsk ask) => Told(ask, async key => Dated(await Grain(key).Ask(ask)), answer => answer);

    public Task<IdempotentAnswer> AskUnder(string idempotencyKey, string fingerprint, VideoAsk ask) => Told(
        ask,
        async _ => Dated(await grains.GetGrain<IIdempotencyGrain>(IdempotencyKey.For(ask.Owner, idempotencyKey)).Ask(fingerprint, ask)),
        answer => (answer as IdempotentAnswer.Answered)?.Answer);

    private async Task<T> Told<T>(VideoAsk ask, Func<string, Task<T>> call, Func<T, AskAnswer?> said)
    {
        var key = VideoRequestKey.For(installation.KeyRules, ask);
        using var span = telemetry.StartAsk(key); // The call carries it: the grain keeps it with the round that it opens.
        AskAnswer? answer = new AskAnswer.Unknown();
        try
        {
            var result = await underWay.Call(() => Bounded(() => call(key), options.Value.AskTimeout, wasAsk: true));
            answer = said(result);
            return result;
        }
        finally
        {
            if (answer is not null) telemetry.Asked(span, answer);
        }
    }

    public Task<VideoView?> Get(VideoId id) => Bounded(async () => Dated(await Grain(id.RequestKey).Get(id.Round)), options.Value.CallTimeout);

    public Task<VideoDecision?> Explain(VideoId id) => Bounded(() => Grain(id.RequestKey).Explain(id.Round), options.Value.CallTimeout);

    public Task<VideoQuote> Quote(VideoAsk ask) =>
        Bounded(async () => await Grain(VideoRequestKey.For(installation.KeyRules, ask)).Quote(ask) is var quote && quote.Answer is { } answer ? quote with { Answer = Dated(answer) } : quote, options.Value.CallTimeout);

    public Task<VideoView?> Delete(VideoId id) => Bounded(() => Grain(id.RequestKey).Delete(id.Round), options.Value.CallTimeout);

    public Task<VideoView?> Cancel(VideoId id) => Bounded(async () => Dated(await Grain(id.RequestKey).Cancel(id.Round)), options.Value.CallTimeout);

    /// <summary>As patient as an ask: a new round waits for its admission. Safe to repeat, so a late answer is no unknown ask.</summary>
    public Task<RequeueAnswer> Requeue(VideoId id, bool acceptDoublePayment) => underWay.Call(() => Bounded(() => Grain(id.RequestKey).Requeue(id.Round, acceptDoublePayment), options.Value.AskTimeout));

    public Task<CallbackVerdict> CalledBack(string account, ProviderCallback callback) => Bounded(() => grains.GetGrain<IProviderGrain>(ProviderKey.For(account)).CalledBack(callback), options.Value.CallTimeout);

    public Task<VideoView?> Discard(VideoId id, string reason) => Bounded(() => Grain(id.RequestKey).Discard(id.Round, reason), options.Value.CallTimeout);

    /// <summary>True when nothing of the request is left to erase.</summary>
    public Task<bool> Erase(string requestKey) => Bounded(() => Grain(requestKey).Erase(), options.Value.CallTimeout);

    /// <summary>The quota of a user, or of a run.</summary>
    public Task<QuotaLine> Quota(Owner owner, string? run = null) => Bounded(
        () => run is null ? Limits(owner).OfUser() : Limits(owner).OfRun(run), options.Value.CallTimeout);

    /// <summary>The budgets of a user and their client, as they are today.</summary>
    public Task<ImmutableArray<BudgetLine>> Budgets(Owner owner) => Bounded(() => Limits(owner).Budgets(), options.Value.CallTimeout);

    private ILimitsGrain Limits(Owner owner) => grains.GetGrain<ILimitsGrain>(LimitsKey.For(owner));

    public Task<ProviderLook> LookAt(string account) => Bounded(() => grains.GetGrain<IProviderGrain>(ProviderKey.For(account)).Look(), options.Value.CallTimeout);

    public Task<ClientLimits> LimitsOf(string client) => Bounded(() => Limits(new(client, Owner.Everyone)).OfClient(), options.Value.CallTimeout);

    public Task<ImmutableArray<BudgetLine>> BudgetsOfAll() => Bounded(() => Limits(new(Owner.LocalClient, Owner.Everyone)).OfAll(), options.Value.CallTimeout);

    public Task<TellAgainAnswer> TellAgain(VideoId id, bool hasWebhooks) => Bounded(() => Grain(id.RequestKey).TellAgain(id.Round, hasWebhooks), options.Value.CallTimeout);

    /// <param name="client">Whose webhooks.</param>
    /// <param name="call">What is done with them.</param>
    /// <param name="waits">Whether that waits for the receiver of one.</param>
    public Task<T> Webhooks<T>(string client, Func<IWebhooksGrain, Task<T>> call, bool waits = false) =>
        Bounded(() => call(grains.GetGrain<IWebhooksGrain>(WebhooksKey.For(client))), waits ? LongestWait + options.Value.CallTimeout : options.Value.CallTimeout);

    public Task<VideoView?> WaitForChange(VideoId id, long seen) =>
        Bounded(async () => Dated(await Grain(id.RequestKey).WaitForChange(id.Round, seen)), LongestWait + options.Value.CallTimeout);

    private IdempotentAnswer Dated(IdempotentAnswer answer) => answer is IdempotentAnswer.Answered answered ? answered with { Answer = Dated(answered.Answer) } : answer;

    private AskAnswer Dated(AskAnswer answer) => answer switch
    {
        AskAnswer.Accepted accepted => accepted with { Video = Dated(accepted.Video)! },
        AskAnswer.Question question => question with { Existing = Dated(question.Existing)! },
        _ => answer,
    };

    // Grains do not know how long the store keeps what they made.
    private VideoView? Dated(VideoView? view) => files.RetainFor is { } keep && view is { Status: VideoStatus.Completed, EndedAt: { } at } ? view with { ExpiresAt = at + keep } : view;

    private IVideoRequestGrain Grain(string key) => grains.GetGrain<IVideoRequestGrain>(key);

    private async Task<T> Bounded<T>(Func<Task<T>> call, TimeSpan timeout, bool wasAsk = false)
    {
        if (!contact.Made) throw new GrainCallException(wasAsk: false, new InvalidOperationException("No silo of the cluster has answered yet."));
        try
        {
            return await call().WaitAsync(timeout, time);
        }
#pragma warning disable CA1031 // A call across the cluster fails in ways that only the engine knows; all mean the same here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new GrainCallException(wasAsk, exception);
        }
    }
}

/// <summary>A grain did not answer: lost infrastructure, not a verdict.</summary>
/// <param name="wasAsk">Whether it may have accepted something.</param>
/// <param name="cause">What the engine threw.</param>
#pragma warning disable CA1032, CA1064, RCS1194 // Thrown in one place and caught in one place.
internal sealed class GrainCallException(bool wasAsk, Exception cause) : Exception("A grain did not answer.", cause)
{
    public bool WasAsk { get; } = wasAsk;
}
#pragma warning restore CA1032, CA1064, RCS1194
