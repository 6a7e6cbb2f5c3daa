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

    public sealed record CancelRequested(int Round, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>Cancel while it lives, remove the media when it has ended: decided where it is applied, so the two cannot race.</summary>
    /// <param name="WasLive">Whether it lived when somebody wished this: then a cancelled ending is all that was wished.</param>
    public sealed record DeleteRequested(int Round, bool WasLive, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>An operator sends a dead letter again.</summary>
    /// <param name="Fresh">The terms of now, for a round that starts over.</param>
    public sealed record Requeued(int Round, Ticket Fresh, DateTimeOffset At) : RequestEvent(Round, At);

    // Reservations.

    public sealed record FundsReserved(int Round, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record FundsRefused(int Round, Refusal Refusal, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record ReserveFailed(int Round, Failure Failure, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record FundsSettled(int Round, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record SettleFailed(int Round, Failure Failure, DateTimeOffset At) : RequestEvent(Round, At);

    // Our own copy.

    public sealed record MediaRemoved(int Round, DateTimeOffset At) : RequestEvent(Round, At);
    public sealed record RemoveFailed(int Round, Failure Failure, DateTimeOffset At) : RequestEvent(Round, At);

    /// <summary>A fact that a provider's answer, or the lack of one, gave us about one attempt.</summary>
    public abstract record OfAttempt(AttemptId Id, DateTimeOffset At) : RequestEvent(Id.Round, At);

    // Handing over.

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

    /// <param name="Run">The agent's run that it is reserved of, too.</param>
    public sealed record ReserveFunds(int Round, string? Run) : RequestEffect(Round);

    /// <param name="Counts">Whether the reservation became a payment; false gives it back.</param>
    /// <param name="Asked">When the round was asked for.</param>
    /// <param name="Run">The agent's run that it was reserved of, too.</param>
    public sealed record SettleFunds(int Round, bool Counts, DateTimeOffset Asked, string? Run) : RequestEffect(Round);

    /// <summary>No IO of its own: the shell writes down that a submit is about to start, because the next effect costs money.</summary>
    public sealed record RecordIntent(AttemptId Id) : RequestEffect(Id.Round);

    public sealed record SubmitJob(AttemptId Id, Ticket Ticket, string Nonce) : RequestEffect(Id.Round);

    /// <param name="SentAt">When the intent was written whose submit had no answer.</param>
    public sealed record FindJob(AttemptId Id, Ticket Ticket, string Nonce, DateTimeOffset SentAt) : RequestEffect(Id.Round);

    public sealed record CheckJob(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record CancelJob(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record SaveVideo(AttemptId Id, string Account, string JobId, VideoOptions Asked) : RequestEffect(Id.Round);
    public sealed record DiscardOriginal(AttemptId Id, string Account, string JobId) : RequestEffect(Id.Round);
    public sealed record RemoveMedia(int Round) : RequestEffect(Round);
}
