using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>A job at the provider, and what it knows of it that we may never learn.</summary>
internal sealed class Job(string account, string id, string providerKey, DateTimeOffset acceptedAt, DateTimeOffset endsAt, CheckReply ending, bool late)
{
    /// <summary>The account that has it.</summary>
    public string Account => account;

    public string Id => id;

    public string ProviderKey => providerKey;

    /// <summary>The request's key: <c>sim-v-…-round.attempt</c> without first and last part.</summary>
    public string Request { get; } = providerKey[(providerKey.IndexOf('-', StringComparison.Ordinal) + 1)..providerKey.LastIndexOf('-')];

    public int Round { get; } = int.Parse(providerKey[(providerKey.LastIndexOf('-') + 1)..providerKey.LastIndexOf('.')], System.Globalization.CultureInfo.InvariantCulture);

    public DateTimeOffset AcceptedAt => acceptedAt;

    public DateTimeOffset EndsAt => endsAt;

    public CheckReply Ending => ending;

    /// <summary>The process was frozen between its last look at the clock and the socket: the named exception.</summary>
    public bool DeliveredTooLate => late;

    /// <summary>From when a lookup sees it.</summary>
    public DateTimeOffset VisibleAt { get; init; }

    /// <summary>The process that was told its id: while that one lives, the id must not be forgotten.</summary>
    public SimulatedProcess? ToldTo { get; set; }

    public bool ReportedFinished { get; set; }

    public DateTimeOffset? CancelledAt { get; set; }

    public Charged CancelledCharged { get; set; }

    /// <summary>Whether the provider's copy of the video was deleted.</summary>
    public bool Discarded { get; set; }

    public bool HasEnded(DateTimeOffset now) => CancelledAt is not null || now >= EndsAt;

    /// <summary>When it was certain that it costs nothing; null while it may cost.</summary>
    public DateTimeOffset? FreeAt => CancelledAt is { } at
        ? CancelledCharged == Charged.No ? at : null
        : ending is CheckReply.Failed { Charged: Charged.No } ? endsAt : null;
}

/// <summary>The provider's own books, which survive everything that happens to us.</summary>
internal sealed class ProviderBooks
{
    private readonly Dictionary<string, Job> byId = new(StringComparer.Ordinal);

    public List<Job> Jobs { get; } = [];

    /// <summary>How every submit fails now; null when the provider is up.</summary>
    public string? Outage { get; set; }

    /// <summary>At which account alone; null: at both.</summary>
    public string? OutageAt { get; set; }

    /// <summary>What our own store has copied from here; it survives as these books do.</summary>
    public StoreModel Copies { get; } = new();

    public Job Accept(string account, string providerKey, DateTimeOffset at, DateTimeOffset endsAt, DateTimeOffset visibleAt, CheckReply ending, bool late)
    {
        var job = new Job(account, $"job{Jobs.Count + 1}", providerKey, at, endsAt, ending, late) { VisibleAt = visibleAt };
        Jobs.Add(job);
        byId[job.Id] = job;
        return job;
    }

    public Job? Find(string id) => byId.GetValueOrDefault(id);
}

/// <summary>The accounts of one process.</summary>
internal sealed class ProvidersModel(params ProviderModel[] accounts) : IVideoProviders
{
    public IVideoProvider? Find(string account) => Array.Find(accounts, a => a.Account == account);
}

/// <summary>The adapter of one process and the network behind it. It checks at delivery what was true at the gate.</summary>
internal sealed class ProviderModel(ProviderBooks books, PauseRows pauses, SimulatedProcess process, Swarm swarm, TimeProvider clock, string account = ProviderModel.AccountName) : IVideoProvider
{
    public const string AccountName = "sim", SecondAccount = "second", Throttled = "429", Unavailable = "503", NotSent = "connect refused", NeverArrived = "never arrived";

    /// <summary>The effect of sending a submit.</summary>
    public const string Sending = "submit";

    // Later than this, the quiet time no longer covers what the network and the lookup take besides.
    private static readonly TimeSpan SubmitTimeout = new RequestOptions().SubmitTimeout;

    private readonly Gate gate = process.Gate;

    private readonly Resolution resolution = account == AccountName ? swarm.Resolution : swarm.SecondResolution;

    public string Account => account;

    public ProviderTraits Traits { get; } = new(account == AccountName ? swarm.Resolution : swarm.SecondResolution, swarm.QuietTime, KeepsOriginal: true, KeyKeptFor: swarm.KeyKeptFor);

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate submitGate, CancellationToken cancellationToken)
    {
        var effect = await gate.Out(Sending, cancellationToken);
        if (gate.Fault(swarm.FrozenAtTheGate, "frozen at the gate")) await gate.Freeze();
        if (Fails(swarm.NotSent, NotSent)) return new SubmitReply.NotSent(Trouble(NotSent));
        if (!submitGate.MaySend)
        {
            gate.Note("gate closed");
            return new SubmitReply.NotSent(new(FailureKind.Expired, "The window passed."));
        }

        var looked = clock.GetUtcNow();
        // Between the look and the socket: the freeze that no clock can see.
        if (gate.Fault(swarm.FrozenBehindTheGate, "frozen behind the gate")) await gate.Freeze();
        else await Task.Yield();
        var late = clock.GetUtcNow() - looked > SubmitTimeout;
        if (late) gate.Note("sent after a freeze that no gate sees");

        // Who was answered that all is paused reads no payment that is later; but for the freeze that no gate sees.
        var now = clock.GetUtcNow();
        if (now == looked && order.Options.Model != ModelsModel.Free && PausedSince(now - IPauses.Settle, now) is { } pause) throw gate.Broken($"{order.ProviderKey} was sent, and {pause.Scope} was paused at {pause.Since:O}.");

        if (now == looked && order.Options.Model != ModelsModel.Free && pauses.WrongClock is { } wrong && wrong.Since <= now - IPauses.Settle) throw gate.Broken($"{order.ProviderKey} was sent, and the database's clock was wrong since {wrong.Since:O}.");

        if (!late) gate.Arrived(account, order.ProviderKey, order.Options.Model, isQuestion: Remembered(order.ProviderKey) is not null);
        var reply = await Delivered(order.ProviderKey, late, cancellationToken);
        if (gate.Fault(swarm.FrozenAwaitingAnswer, "frozen awaiting an answer")) await gate.Freeze();
        await gate.Back(effect, cancellationToken);
        if (reply is SubmitReply.Accepted accepted) books.Find(accepted.JobId)!.ToldTo = process;
        return reply;
    }

    public async Task<CheckReply> Check(string jobId, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("check", cancellationToken);
        if (gate.Fault(swarm.CheckFails, "check failed")) return new CheckReply.Trouble(Trouble(Unavailable));
        if (JobOf(jobId) is not { } job) return new CheckReply.Trouble(NoSuchJob);
        var reply = job.CancelledAt is not null ? new CheckReply.Failed(new(FailureKind.Unavailable, "cancelled"), job.CancelledCharged)
            : job.HasEnded(clock.GetUtcNow()) ? job.Ending
            : new CheckReply.Running(gate.Chance.Next(100));
        if (reply is CheckReply.Finished)
        {
            if (job.ReportedFinished) gate.Note("finished twice");
            job.ReportedFinished = true;
        }

        await gate.Back(effect, cancellationToken);
        return reply;
    }

    public async Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("find", cancellationToken);
        if (gate.Fault(swarm.FindFails, "find failed")) return new FindReply.Trouble(Trouble(Unavailable));
        if (Confirmed(order) is { } named)
        {
            await gate.Back(effect, cancellationToken);
            return new FindReply.Found(named.Id);
        }

        var job = books.Jobs.FirstOrDefault(j => j.Account == account && j.ProviderKey == order.ProviderKey && j.VisibleAt <= clock.GetUtcNow());
        if (resolution == Resolution.Lookup && gate.Fault(swarm.LookupMisses, "lookup missed it")) job = null;
        if (resolution == Resolution.Output && !(job is { CancelledAt: null, Discarded: false, Ending: CheckReply.Finished } && job.HasEnded(clock.GetUtcNow()))) job = null;
        gate.Note(job is null ? "find found nothing" : "find found it");
        await gate.Back(effect, cancellationToken);
        return job is null ? new FindReply.Nothing() : new FindReply.Found(job.Id);
    }

    public CallbackReply Hear(ProviderCallback callback) => callback.Signature == Callbacks.Genuine
        ? new CallbackReply.Heard(callback.Token, callback.Body)
        : new CallbackReply.Refused(CallbackVerdict.NotSigned);

    public async Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("cancel", cancellationToken);
        if (gate.Fault(swarm.CancelFails, "cancel failed")) return new CancelReply.Trouble(Trouble(Unavailable));
        if (JobOf(jobId) is not { } job) return new CancelReply.Trouble(NoSuchJob);
        if (job.CancelledAt is null && job.HasEnded(clock.GetUtcNow()))
        {
            gate.Note("cancelled too late");
            return new CancelReply.TooLate("It has ended.");
        }

        if (job.CancelledAt is null)
        {
            job.CancelledAt = clock.GetUtcNow();
            job.CancelledCharged = gate.Chance.Pick(Charged.No, Charged.No, Charged.Yes);
            gate.Note("cancelled", job.Id);
        }

        await gate.Back(effect, cancellationToken);
        return new CancelReply.Cancelled(job.CancelledCharged);
    }

    public async Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("discard", cancellationToken);
        if (JobOf(jobId) is { } job)
        {
            if (!job.HasEnded(clock.GetUtcNow())) return new DiscardReply.Trouble(new(FailureKind.Refused, "It has not ended."));
            job.Discarded = true;
        }

        await gate.Back(effect, cancellationToken);
        return new DiscardReply.Discarded();
    }

    private async Task<SubmitReply> Delivered(string providerKey, bool late, CancellationToken cancellationToken)
    {
        if (Fails(swarm.Throttled, Throttled)) return new SubmitReply.NoJob(new(FailureKind.Throttled, Throttled, RetryAfter: TimeSpan.FromSeconds(gate.Chance.Next(120))));
        if (Fails(swarm.Unavailable, Unavailable)) return new SubmitReply.NoJob(Trouble(Unavailable));
        if (gate.Fault(swarm.Refused, "refused")) return new SubmitReply.NoJob(new(FailureKind.Refused, "bad input"));
        if (gate.Fault(swarm.Rejected, "policy at submit")) return new SubmitReply.NoJob(new(FailureKind.Rejected, "policy"));
        if (Fails(swarm.NeverArrived, NeverArrived)) return await NoAnswer(cancellationToken);
        if (gate.Fault(swarm.LateDelivery, "late delivery"))
        {
            // On the wire, and then not to be found yet, for as long as the quiet time allows.
            var visibleAt = clock.GetUtcNow() + swarm.QuietTime;
            gate.OnTheNetwork(gate.Chance.Span(TimeSpan.Zero, swarm.QuietTime), () => Accept(providerKey, late, visibleAt));
            return await NoAnswer(cancellationToken);
        }

        var job = Accept(providerKey, late, clock.GetUtcNow() + (swarm.FindLags ? swarm.QuietTime : TimeSpan.Zero));
        if (gate.Fault(swarm.LostAnswer, "lost answer")) return await NoAnswer(cancellationToken);
        if (gate.Fault(swarm.Garbage, "garbage")) return new SubmitReply.Unknown(new(FailureKind.Unknown, "garbage"));
        return new SubmitReply.Accepted(job.Id);
    }

    // Whatever a callback names, the provider's own books say whose it is.
    private Job? Confirmed(FindOrder order)
    {
        if (order.Candidate is not { } named) return null;
        var job = JobOf(named) is { } known && known.ProviderKey == order.ProviderKey ? known : null;
        gate.Note(job is null ? "candidate is another's" : "candidate confirmed", named);
        return job;
    }

    private Job Accept(string providerKey, bool late, DateTimeOffset visibleAt)
    {
        var now = clock.GetUtcNow();
        if (Remembered(providerKey) is { } known)
        {
            gate.Note("same key, same job", providerKey);
            return known;
        }

        var ends = now + gate.Chance.Span(TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(5));
        if (gate.Fault(swarm.JobNeverEnds, "job never ends")) ends = DateTimeOffset.MaxValue;
        else if (gate.Fault(swarm.JobEndsLate, "job ends late")) ends = now + gate.Chance.Span(TimeSpan.FromHours(2), TimeSpan.FromHours(20));
        var job = books.Accept(account, providerKey, now, ends, visibleAt, Ending(), late);
        gate.Note("accepted", providerKey);
        gate.Accepted(job);
        return job;
    }

    // What the same key is answered with, where that is how it is asked.
    private Job? Remembered(string providerKey) =>
        resolution == Resolution.SameKey ? books.Jobs.Find(j => j.Account == account && j.ProviderKey == providerKey && clock.GetUtcNow() < j.AcceptedAt + swarm.KeyKeptFor) : null;

    private CheckReply Ending()
    {
        if (gate.Fault(swarm.JobFailsFree, "job fails free")) return new CheckReply.Failed(Trouble("the job failed"), Charged.No);
        if (gate.Fault(swarm.JobFailsCharged, "job fails charged")) return new CheckReply.Failed(Trouble("the job failed"), gate.Chance.Pick(Charged.Yes, Charged.Unknown));
        if (gate.Fault(swarm.JobRejected, "policy after rendering")) return new CheckReply.Failed(new(FailureKind.Rejected, "policy"), gate.Chance.Pick(Charged.Yes, Charged.No));
        return new CheckReply.Finished(3.20m);
    }

    private Pause? PausedSince(DateTimeOffset at, DateTimeOffset now) =>
        Array.Find(pauses.InForce(now), p => p.Kind == PauseKind.Operator && p.Since <= at && (p.Scope == Scopes.Global || p.Scope == Scopes.Client("local") || p.Scope == Scopes.Provider(account)));

    private Job? JobOf(string jobId) => books.Find(jobId) is { } job && job.Account == account ? job : null;

    private bool Fails(double percent, string how) => (books.Outage == how && (books.OutageAt ?? account) == account && !gate.Calm) || gate.Fault(percent, how);

    private async Task<SubmitReply> NoAnswer(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromDays(1), clock, cancellationToken);
        throw gate.Broken("A submit was not timed out.");
    }

    private static readonly Failure NoSuchJob = new(FailureKind.Unknown, "Nobody has that job.");

    private static Failure Trouble(string detail) => new(FailureKind.Unavailable, detail);
}

/// <summary>The copy from the provider to our store.</summary>
internal sealed class SaverModel(ProviderBooks books, Gate gate, Swarm swarm, TimeProvider clock) : IVideoSaver
{
    public async Task<SaveReply> Save(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("save", cancellationToken);
        if (gate.Fault(swarm.SaveFails, "save failed")) return new SaveReply.Trouble(new(FailureKind.Unavailable, "the disk is full"));
        if (gate.Fault(swarm.SourceGone, "source gone")) return new SaveReply.Gone("the file is gone");
        if (account is not (ProviderModel.AccountName or ProviderModel.SecondAccount)) return new SaveReply.Trouble(new(FailureKind.Unavailable, "no such account"));
        if (books.Find(jobId) is { } job && job.Account == account)
        {
            if (!job.HasEnded(clock.GetUtcNow())) return new SaveReply.Trouble(new(FailureKind.Unavailable, "it has not ended"));
            if (job is { CancelledAt: null, Discarded: false, Ending: CheckReply.Finished }) books.Copies.Add(id);
        }

        // What was copied once is ours, whatever the provider has done with it since.
        if (!books.Copies.Has(id)) return new SaveReply.Gone("the provider has no video");
        await gate.Back(effect, cancellationToken);
        return new SaveReply.Saved(new(1_000, new string('a', 64)));
    }
}
