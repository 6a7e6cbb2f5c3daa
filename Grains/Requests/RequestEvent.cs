using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>A fact about one round of a request. Past tense; time is part of the fact.</summary>
internal abstract record RequestEvent(int Round, DateTimeOffset At)
{
    // What people want.

    /// <summary>Somebody asked, and nothing there answered it. The document gives the ticket its round.</summary>
    public sealed record Asked(Ticket Ticket, DateTimeOffset At) : RequestEvent(Ticket.Round, At);

    /// <summary>A client was given the id before the admission was decided.</summary>
    public sealed record IdShown(int Round, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>Its user is to be erased.</summary>
    public sealed record Erased(DateTimeOffset At) : RequestEvent(Round: 0, At);

    public sealed record CancelRequested(int Round, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>Cancel while it lives, remove the media when it has ended: decided where it is applied, so the two cannot race.</summary>
    /// <param name="WasLive">Whether it lived when somebody wished this: then a cancelled ending is all that was wished.</param>
    public sealed record DeleteRequested(int Round, bool WasLive, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>An operator sends a dead letter again.</summary>
    /// <param name="Fresh">The terms of now, for a round that starts over.</param>
    /// <param name="AcceptDoublePayment">Whether it starts over although nobody knows whether it was paid.</param>
    public sealed record Requeued(int Round, Ticket Fresh, DateTimeOffset At, bool AcceptDoublePayment = false) : RequestEvent(Round, At);

    // Reservations.

    /// <param name="Attempt">Whose: on a route each stop is admitted by itself, and what was reserved for one is not for the next.</param>
    public abstract record OfAdmission(int Round, DateTimeOffset At, int Attempt) : RequestEvent(Round, At);

    public sealed record FundsReserved(int Round, DateTimeOffset At, int Attempt = 1) : OfAdmission(Round, At, Attempt);
    public sealed record FundsRefused(int Round, Refusal Refusal, DateTimeOffset At, int Attempt = 1) : OfAdmission(Round, At, Attempt);
    public sealed record ReserveFailed(int Round, Failure Failure, DateTimeOffset At, int Attempt = 1) : OfAdmission(Round, At, Attempt);

    /// <summary>The ledgers know what became of a round, or of a job of it that nobody waits for.</summary>
    /// <param name="What">What they were told: a round of which more was learnt since still owes it.</param>
    /// <param name="JobId">That job; null for the round itself.</param>
    public sealed record FundsSettled(int Round, Settlement What, DateTimeOffset At, string? JobId = null) : RequestEvent(Round, At);
    public sealed record SettleFailed(int Round, Settlement What, Failure Failure, DateTimeOffset At, string? JobId = null) : RequestEvent(Round, At);

    /// <summary>An operator gives a dead letter up.</summary>
    /// <param name="Reason">Why, for whoever reads it later.</param>
    public sealed record Discarded(int Round, string Reason, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>The operator knows of a dead letter.</summary>
    public sealed record OperatorTold(int Round, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record TellFailed(int Round, Failure Failure, DateTimeOffset At) : RequestEvent(Round, At);

    // Who wants to hear how it ends.

    /// <summary>A fact that changes nothing but who is told of an ending.</summary>
    public abstract record OfTelling(int Round, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>An ask that met the round wants to hear how it ends.</summary>
    /// <param name="Webhooks">Whether its client has webhooks.</param>
    /// <param name="Address">The address that it named; null where it named none.</param>
    /// <param name="WasLive">Whether the round had not ended when the ask met it: then its ending is news to all.</param>
    public sealed record Listened(int Round, bool Webhooks, string? Address, bool WasLive, DateTimeOffset At) : OfTelling(Round, At);

    /// <summary>Somebody wants all to be told of the ending again.</summary>
    /// <param name="Webhooks">Whether its client has webhooks.</param>
    public sealed record TellAgainWanted(int Round, bool Webhooks, DateTimeOffset At) : OfTelling(Round, At);

    /// <param name="Ending">Which ending of the round it is about, from 1.</param>
    public abstract record OfEnding(int Round, int Ending, DateTimeOffset At) : OfTelling(Round, At);

    /// <summary>Which of the client's webhooks are to be told.</summary>
    public sealed record HearersFound(int Round, int Ending, IReadOnlyList<string> Webhooks, DateTimeOffset At) : OfEnding(Round, Ending, At);
    public sealed record HearersNotFound(int Round, int Ending, Failure Failure, DateTimeOffset At) : OfEnding(Round, Ending, At);

    /// <param name="To">Whom, as in <see cref="Told.To"/>.</param>
    public sealed record ClientTold(int Round, int Ending, string To, DateTimeOffset At) : OfEnding(Round, Ending, At);
    public sealed record ClientGone(int Round, int Ending, string To, DateTimeOffset At) : OfEnding(Round, Ending, At);

    /// <param name="To">Whom, as in <see cref="Told.To"/>.</param>
    /// <param name="Failures">How many tries had failed before: a write that is made twice counts once.</param>
    public sealed record ClientNotTold(int Round, int Ending, string To, int Failures, Failure Failure, DateTimeOffset At) : OfEnding(Round, Ending, At);

    // Our own copy.

    public sealed record MediaRemoved(int Round, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record RemoveFailed(int Round, Failure Failure, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>A fact that a provider's answer, or the lack of one, gave us about one attempt.</summary>
    public abstract record OfAttempt(AttemptId Id, DateTimeOffset At) : RequestEvent(Id.Round, At);

    // Handing over.

    /// <summary>Its time has come, and something holds it.</summary>
    /// <param name="Hold">What.</param>
    /// <param name="LookAgainAt">When to look whether it still does.</param>
    public sealed record SendHeld(AttemptId Id, Hold Hold, DateTimeOffset LookAgainAt, DateTimeOffset At) : OfAttempt(Id, At);

    /// <param name="Sends">Submits of this key inside the window before this one; the document counts them.</param>
    /// <param name="Orphaned">What an orphan of this round may have cost; null where none may. The document knows.</param>
    public sealed record IntentRecorded(AttemptId Id, string Nonce, DateTimeOffset At, int Sends = 0, Charged? Orphaned = null) : OfAttempt(Id, At);

    /// <summary>Not one byte left: a proof.</summary>
    public sealed record NotSent(AttemptId Id, string Nonce, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);

    /// <summary>It was sent, and the answer proves that there is no job.</summary>
    public sealed record NoJob(AttemptId Id, string Nonce, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);

    /// <summary>No proof of either: no answer, one that nobody understands, or we died meanwhile.</summary>
    public sealed record OutcomeUnknown(AttemptId Id, string Nonce, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);

    public sealed record JobAccepted(AttemptId Id, string JobId, DateTimeOffset At) : OfAttempt(Id, At);

    /// <summary>A callback named a job. A hint: whether there is such a job, and whether it is this attempt's, the provider is asked.</summary>
    public sealed record CalledBack(AttemptId Id, string JobId, DateTimeOffset At) : OfAttempt(Id, At);

    /// <summary>A lookup by our mark found nothing.</summary>
    /// <param name="QuietFor">How long before, on the resolver's own monotonic clock, the request was known to be unresolved on disk.</param>
    public sealed record JobAbsent(AttemptId Id, string Nonce, TimeSpan QuietFor, DateTimeOffset At) : OfAttempt(Id, At);

    public sealed record FindFailed(AttemptId Id, string Nonce, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);

    // The job.

    /// <summary>What we learnt of one job.</summary>
    public abstract record OfJob(AttemptId Id, string JobId, DateTimeOffset At) : OfAttempt(Id, At);

    public sealed record JobProgressed(AttemptId Id, string JobId, int Percent, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record CheckFailed(AttemptId Id, string JobId, Failure Failure, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record JobFinished(AttemptId Id, string JobId, decimal? CostUsd, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record JobFailed(AttemptId Id, string JobId, Failure Failure, Charged Charged, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record JobCancelled(AttemptId Id, string JobId, Charged Charged, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record CancelTooLate(AttemptId Id, string JobId, DateTimeOffset At) : OfJob(Id, JobId, At);
    public sealed record CancelFailed(AttemptId Id, string JobId, Failure Failure, DateTimeOffset At) : OfJob(Id, JobId, At);

    // The video.

    public sealed record VideoSaved(AttemptId Id, StoredVideo File, DateTimeOffset At) : OfAttempt(Id, At);
    public sealed record SaveFailed(AttemptId Id, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);
    public sealed record SourceGone(AttemptId Id, string Detail, DateTimeOffset At) : OfAttempt(Id, At);
    public sealed record OriginalDiscarded(AttemptId Id, DateTimeOffset At) : OfAttempt(Id, At);
    public sealed record DiscardFailed(AttemptId Id, Failure Failure, DateTimeOffset At) : OfAttempt(Id, At);

    /// <summary>A fact about money is written until it lands, however long that takes: losing it could mean paying twice or forgetting a job.</summary>
    public bool IsAboutMoney => this is JobAccepted or JobFinished or JobFailed or JobCancelled;
}

/// <summary>What the ledgers are told of a round, or of a job that no round waits for.</summary>
/// <param name="Charged">Whether it was paid. Unknown: its money stays at risk, and its place in the quota taken.</param>
/// <param name="Discarded">Whether somebody gave up finding out: then what is unknown counts as paid.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Settlement(Charged Charged, bool Discarded = false)
{
    /// <summary>Whether it became a payment; null while nobody knows.</summary>
    public bool? Counts => Charged switch { Charged.No => false, Charged.Yes => true, _ => Discarded ? true : null };
}

/// <summary>One piece of IO that the shell must do. Each ends in exactly one fact.</summary>
internal abstract record RequestEffect(int Round)
{
    /// <summary>The provider account that carrying it out calls; null for what stays in our house.</summary>
    public string? CalledAccount => this switch
    {
        SubmitJob e => e.Ticket.Account,
        FindJob e => e.Ticket.Account,
        CheckJob e => e.Account,
        CancelJob e => e.Account,
        SaveVideo e => e.Account,
        DiscardOriginal e => e.Account,
        _ => null,
    };

    /// <param name="Metered">Whether it is reserved of the quota of its user, and of its run.</param>
    /// <param name="Run">The agent's run that it is reserved of, too.</param>
    /// <param name="Price">What is reserved of the budgets; null where it is free.</param>
    /// <param name="Attempt">The attempt that it is for.</param>
    public sealed record ReserveFunds(int Round, bool Metered, string? Run, Price? Price, int Attempt = 1) : RequestEffect(Round);

    /// <param name="What">What became of it.</param>
    /// <param name="Metered">Whether it was reserved of the quota of its user, and of its run.</param>
    /// <param name="Asked">When the round was asked for.</param>
    /// <param name="Run">The agent's run that it was reserved of, too.</param>
    /// <param name="Price">What was reserved of the budgets; null where it is free.</param>
    /// <param name="PaidUsd">What the provider took, where it said so, US dollars.</param>
    /// <param name="JobId">The job that no round waits for, where it is that job's money; null for the round's.</param>
    public sealed record SettleFunds(int Round, Settlement What, bool Metered, DateTimeOffset Asked, string? Run, Price? Price, decimal? PaidUsd, string? JobId = null) : RequestEffect(Round);

    /// <summary>No IO of its own: the shell writes down that a submit is about to start, because the next effect costs money.</summary>
    /// <param name="Ticket">What would be sent.</param>
    /// <param name="Hold">What held it when it was last looked at; null where nothing did.</param>
    public sealed record RecordIntent(AttemptId Id, Ticket Ticket, Hold? Hold) : RequestEffect(Id.Round);

    public sealed record SubmitJob(AttemptId Id, Ticket Ticket, string Nonce) : RequestEffect(Id.Round);

    /// <param name="SentAt">When the intent was written whose submit had no answer.</param>
    /// <param name="Candidate">The job that a callback named; null where none did.</param>
    public sealed record FindJob(AttemptId Id, Ticket Ticket, string Nonce, DateTimeOffset SentAt, string? Candidate = null) : RequestEffect(Id.Round);

    public sealed record CheckJob(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record CancelJob(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record SaveVideo(AttemptId Id, string Account, string JobId, VideoOptions Asked) : RequestEffect(Id.Round);
    public sealed record DiscardOriginal(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record RemoveMedia(int Round) : RequestEffect(Round);

    /// <param name="Charged">Whether the provider took money.</param>
    /// <param name="StoppedAt">Where it was given up, in the words of the API.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Since">When.</param>
    public sealed record TellOperator(int Round, Charged Charged, string StoppedAt, string Reason, DateTimeOffset Since) : RequestEffect(Round);

    /// <param name="Ending">Which ending of the round it is about.</param>
    public sealed record FindHearers(int Round, int Ending) : RequestEffect(Round);

    /// <param name="Ending">Which ending of the round is told.</param>
    /// <param name="To">Whom, as in <see cref="Told.To"/>.</param>
    /// <param name="Failures">How many tries have failed before.</param>
    public sealed record TellClient(int Round, int Ending, string To, int Failures) : RequestEffect(Round);
}
