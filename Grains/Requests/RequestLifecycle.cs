using VideoGen.Grains.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// The life of one round, as a pure function: what a fact changes. Total: it never throws, and a stale fact gives back the very
/// same state. What to do next is read off the state (<see cref="RequestEffects"/>), so whatever was written last is enough
/// to carry on after a crash. Rounds side by side, and jobs that belong to no state, are <see cref="RequestRounds"/>.
/// </summary>
internal static partial class RequestLifecycle
{
    /// <summary>A cancel that failed so often is given up: the job's real ending counts.</summary>
    public const int MaxFailedCancels = 3;

    /// <summary>The provider's copy is given up after so many failed deletions; ours, at the user's wish, never is.</summary>
    public const int MaxFailedDeletions = 20;

    /// <summary>So often it is tried to tell the operator of a dead letter; it stays on the list all the same.</summary>
    public const int MaxFailedTells = 20;

    /// <summary>How often, and for how long, a dead letter with a known job asks for it.</summary>
    public static readonly TimeSpan DeadLetterCheckEvery = TimeSpan.FromHours(1), DeadLetterCheckFor = TimeSpan.FromHours(26);

    public static RequestState Apply(RequestState state, RequestEvent happened) => (state, happened) switch
    {
        (New, Asked e) => Open(e),

        (_, OfTelling e) => RequestTelling.Apply(state, e),

        // A fact about another attempt than the current one is stale. (A job id is never dropped: see RequestRounds.)
        (Live s, OfAttempt e) when e.Id != s.AttemptId => s,
        (Live s, DeleteRequested e) => Apply(s, new CancelRequested(e.Round, e.At)),

        (Admitting s, _) => InAdmitting(s, happened),
        (Queued s, _) => InQueued(s, happened),
        (Submitting s, _) => InSubmitting(s, happened),
        (Unresolved s, _) => InUnresolved(s, happened),
        (Running s, _) => InRunning(s, happened),
        (Saving s, _) => InSaving(s, happened),

        (Refused { Release: not null } s, FundsSettled) => s with { Release = null, Run = null, Price = null },
        (Refused { Release: { } due } s, SettleFailed e) => s with { Release = due.Later(e.At, Salt(s), e.Failure) },

        (Ended { Outcome: RequestOutcome.DeadLettered dead } s, _) => InDeadLetter(s, dead, happened),
        (Ended s, _) => InEnded(s, happened),

        _ => state,
    };

    private static RequestState Open(Asked e)
    {
        var course = new Course(Attempt: 1, FailedSends: 0, Sent: [], CancelWanted: null, new Stages(e.At));
        return Admit(e.Ticket, course, e.At, shown: false);
    }

    private static Live Admit(Ticket ticket, Course course, DateTimeOffset at, bool shown) => ticket.Reserves || ticket.Booking is not null
        ? new Admitting(ticket, course, at, shown, Reserve: new Due(at))
        : Enqueue(ticket, course, at); // Nothing to reserve.

    // It is admitted anew where it goes on: the next account has a budget and a price of its own. The same round, so a no is an ending.
    private static Live? MoveOn(Live s, WhyLeft why, DateTimeOffset at) =>
        RequestRoute.Next(s.Ticket, s.Course, why) is var (ticket, course) ? Admit(ticket, course, at, shown: true) : null;

    private static RequestState InAdmitting(Admitting s, RequestEvent happened) => happened switch
    {
        OfAdmission e when e.Attempt != s.Course.Attempt => s,
        FundsReserved e => Enqueue(s.Ticket, s.Course, e.At),
        FundsRefused e => Refuse(s, e.Refusal, e.At),
        ReserveFailed e when Late(s, e.At) => Refuse(s, RequestEndings.AdmissionUnavailable, e.At),
        ReserveFailed e => s with { Reserve = s.Reserve.Later(e.At, Salt(s), e.Failure) },
        IdShown when !s.Shown => s with { Shown = true },
        // The reserve may be on its way or its answer lost: give back what may be held. The release leaves a tombstone.
        CancelRequested e => s.EndCancelled(e.At),
        _ => s,
    };

    private static RequestState InQueued(Queued s, RequestEvent happened) => happened switch
    {
        SendHeld e when !e.Hold.IsPause && Late(s, e.At) => Expire(s, e.At),
        SendHeld { Hold.Reason: HoldReason.Breaker } e when MoveOn(s with { Course = WithPause(s, e.Hold, e.At) }, WhyLeft.Breaker, e.At) is { } next => next,
        SendHeld e => s with { Course = WithPause(s, e.Hold, e.At), Send = new Due(e.LookAgainAt, s.Send.Failures), Hold = SameHold(s.Hold, e.Hold) ? s.Hold! with { Position = e.Hold.Position } : e.Hold },
        IntentRecorded or JobAccepted when s.Hold is not null => Apply(s with { Course = WithPause(s, next: null, happened.At), Hold = null }, happened),
        IntentRecorded { Orphaned: { } charged } e => s.DeadLetter(RequestEndings.OrphanFirst, new Charge(charged, RequestEndings.OrphanFirst.Detail, Usd: 0), e.At), // That job is booked by itself.
        IntentRecorded e when Late(s, e.At) => Expire(s, e.At),
        IntentRecorded e when e.Sends >= s.Ticket.Limits.MaxSubmits => s.DeadLetter(s.LastFailure ?? RequestEndings.TooManySubmits, RequestEndings.NothingSent, e.At),
        IntentRecorded e => new Submitting(s.Ticket, s.Course.WithIntent(e.At), e.At, e.Nonce),
        CancelRequested e => s.EndCancelled(e.At),
        JobAccepted e => Start(s, e), // We believed that there was none; there is one.
        _ => s,
    };

    private static RequestState InSubmitting(Submitting s, RequestEvent happened) => happened switch
    {
        JobAccepted e => Start(s, e),
        // What becomes of the same key sent again says nothing of the first time, unless it is a job.
        NotSent e when e.Nonce == s.Nonce && s.Doubt is { } doubt => FindLater(StillInDoubt(s with { Course = s.Course.WithoutLastIntent() }, doubt), e.Failure, e.At),
        NoJob e when e.Nonce == s.Nonce && s.Doubt is { } doubt => FindLater(StillInDoubt(s, doubt with { Resent = doubt.Resent + 1 }), e.Failure, e.At),
        OutcomeUnknown e when e.Nonce == s.Nonce && s.Doubt is { } doubt => FindLater(StillInDoubt(s, doubt with { Resent = doubt.Resent + 1 }), e.Failure, e.At),
        NotSent e when e.Nonce == s.Nonce => Unsent(s, e),
        NoJob e when e.Nonce == s.Nonce => ProvenFree(s, e.Failure, e.At),
        OutcomeUnknown e when e.Nonce == s.Nonce => Doubt(s, e),
        CalledBack e => Hinted(s, e),
        CancelRequested e when s.Course.CancelWanted is null => s with { Course = s.Course.Cancelling(e.At) },
        _ => s,
    };

    private static RequestState InUnresolved(Unresolved s, RequestEvent happened) => happened switch
    {
        JobAccepted e => Start(s, e),
        NotSent e when e.Nonce == s.Nonce && s.Resent == 0 => Unsent(s, e),
        NoJob e when e.Nonce == s.Nonce && s.Resent == 0 => ProvenFree(s, e.Failure, e.At),
        SendHeld or IntentRecorded when s.Ticket.Limits.Resolution != Resolution.SameKey => s,
        SendHeld { Hold.IsPause: true } e => s with { Find = s.Find.Later(e.At, Salt(s)) }, // Whoever pauses does not run the time out.
        SendHeld e => FindLater(s, null, e.At),
        IntentRecorded e => SendSameKey(s, e),
        JobAbsent e when e.Nonce == s.Nonce => IsProof(s, e)
            ? ProvenFree(s, new(FailureKind.Unavailable, "The submit never arrived: the provider has no job with our mark."), e.At, WhyLeft.JobAbsent)
            : FindLater(s, null, e.At),
        FindFailed e when e.Nonce == s.Nonce => FindLater(s, e.Failure, e.At),
        CalledBack e => Hinted(s, e),
        CancelRequested e when s.Course.CancelWanted is null => s with { Course = s.Course.Cancelling(e.At) },
        _ => s,
    };

    private static RequestState InRunning(Running s, RequestEvent happened) => happened switch
    {
        OfJob e when e.JobId != s.JobId => s,
        CalledBack e => e.JobId == s.JobId && s.Check.NotBefore > e.At ? s with { Check = s.Check with { NotBefore = e.At } } : s,
        JobFinished e => new Saving(s.Ticket, s.Course with { Stages = s.Course.Stages with { Saving = e.At } }, e.At, s.JobId, e.CostUsd, Save: new Due(e.At)),
        JobFailed e => JobEnded(s, e),
        JobCancelled e => s.EndCancelled(e.At, new Charge(e.Charged, "The provider stopped the job.")),
        // Our configuration has no such account any more: the job is there all the same, and is asked for when the account is back.
        CheckFailed { Failure.Code: Codes.AccountNotConfigured } e => s with { Check = s.Check.Later(e.At, Salt(s), e.Failure) },
        JobProgressed or CheckFailed when happened.At >= s.Since + s.Ticket.Limits.JobDeadline => s.DeadLetter(
            new(FailureKind.Expired, "The job did not end in time."), RequestEndings.JobOpen, happened.At),
        JobProgressed e => s with { Percent = Math.Clamp(e.Percent, s.Percent, 100), Check = new Due(e.At + s.Ticket.Limits.CheckEvery) },
        CheckFailed e => s with { Check = s.Check.Later(e.At, Salt(s), e.Failure) },
        CancelRequested e when s.Course.CancelWanted is null => s with { Course = s.Course.Cancelling(e.At), Cancel = new Due(e.At) },
        CancelTooLate when s.Cancel is not null => s with { Cancel = null },
        CancelFailed e when s.Cancel is { } due => s with { Cancel = due.Failures + 1 >= MaxFailedCancels && !e.Failure.IsOurs ? null : due.Later(e.At, Salt(s), e.Failure) },
        _ => s,
    };

    // Saving has no deadline and cannot be cancelled: the video is paid for, and it will be there.
    private static RequestState InSaving(Saving s, RequestEvent happened) => happened switch
    {
        VideoSaved e => s.End(new RequestOutcome.Completed(e.File), new Charge(Charged.Yes, "The provider finished the job.", s.CostUsd), e.At),
        SaveFailed e => s with { Save = s.Save.Later(e.At, Salt(s), e.Failure), LastFailure = e.Failure },
        SourceGone e => s.DeadLetter(new(FailureKind.Unavailable, e.Detail), new Charge(Charged.Yes, "The provider finished the job.", s.CostUsd), e.At),
        _ => s,
    };

    private static RequestState InEnded(Ended s, RequestEvent happened) => happened switch
    {
        Discarded e when s is { Discarded: null } and ({ Outcome: RequestOutcome.DeadLettered } or { Charge.Charged: Charged.Unknown }) => Discard(s, e),
        FundsSettled e when s.Settle is not null && e.What == s.Settlement => s with { Settle = null, Run = e.What.Counts is null ? s.Run : null },
        SettleFailed e when s.Settle is { } due && e.What == s.Settlement => s with { Settle = due.Later(e.At, Salt(s), e.Failure) },
        OriginalDiscarded when s.Discard is not null => s with { Discard = null },
        DiscardFailed e when s.Discard is { } due => s with { Discard = LaterOrNever(due, MaxFailedDeletions, e.At, Salt(s), e.Failure) },
        // A wish that was applied and, its write's answer lost, is applied again must not delete the ending that it made itself.
        DeleteRequested { WasLive: true } when s.Outcome is RequestOutcome.Cancelled => s,
        DeleteRequested e when !s.Deleted => s with { Deleted = true, Removal = s.Outcome is RequestOutcome.Completed ? new Due(e.At) : null },
        // Another activation of ours still copied when the video was deleted: its file is back.
        VideoSaved e when s is { Deleted: true, Outcome: RequestOutcome.Completed, Removal: null } => s with { Removal = new Due(e.At) },
        MediaRemoved when s.Removal is not null => s with { Removal = null },
        RemoveFailed e when s.Removal is { } due => s with { Removal = due.Later(e.At, Salt(s), e.Failure) },
        _ => s,
    };

    private static RequestState InDeadLetter(Ended s, RequestOutcome.DeadLettered dead, RequestEvent happened) => happened switch
    {
        OfAttempt e when e.Id != dead.ResumeAt.AttemptId => s,
        OfJob e when e.JobId != s.JobId => s,
        // A late job id, a late proof that there is none, or a late ending of the job or copy is what we waited for: go on from where it stopped.
        JobAccepted when Apply(dead.ResumeAt, happened) is Live next && s.Charge.Charged == Charged.No => next with { Course = next.Course with { GivenBack = true } },
        JobAccepted or NotSent or NoJob or JobFinished or JobFailed or JobCancelled or VideoSaved when Apply(dead.ResumeAt, happened) is var next && !ReferenceEquals(next, dead.ResumeAt) => next,
        JobProgressed or CheckFailed when dead.Check is not null => s with { Outcome = dead with { Check = NextDeadLetterCheck(s, happened) } },
        CalledBack e when s.Discarded is null && dead.ResumeAt is Unresolved unresolved => Hinted(unresolved, e) is var next && ReferenceEquals(next, unresolved) ? s : next with { Since = e.At },
        CalledBack e when e.JobId == s.JobId && dead.Check is { } check && check.NotBefore > e.At => s with { Outcome = dead with { Check = check with { NotBefore = e.At } } },
        OperatorTold when dead.Tell is not null => s with { Outcome = dead with { Tell = null } },
        TellFailed e when dead.Tell is { } due => s with { Outcome = dead with { Tell = LaterOrNever(due, MaxFailedTells, e.At, Salt(s), e.Failure) } },
        Requeued e when s.Discarded is null && Resume(dead.ResumeAt, e.At) is { } resumed => resumed,
        // Nothing to stop now, but if it ever goes on by itself it must stop then.
        CancelRequested e when dead.ResumeAt.Course.CancelWanted is null => s with { Outcome = WithCancel(dead, e.At) },
        DeleteRequested e when !s.Deleted => s with { Deleted = true, Outcome = WithCancel(dead, e.At) },
        _ => InEnded(s, happened),
    };

    // What nobody finds out counts as paid from now on. Its job is still asked for: a video that is there after all is a video.
    private static Ended Discard(Ended s, Discarded e) => s with
    {
        Discarded = e.Reason,
        Settle = s.Charge.Charged == Charged.Unknown && (!s.Unmetered || s.Booking is not null) ? new Due(e.At) : s.Settle,
    };

    private static RequestOutcome.DeadLettered WithCancel(RequestOutcome.DeadLettered dead, DateTimeOffset at) =>
        dead with { ResumeAt = dead.ResumeAt with { Course = dead.ResumeAt.Course.Cancelling(at) } };

    private static Queued Enqueue(Ticket ticket, Course course, DateTimeOffset at) =>
        new(ticket, course with { Stages = course.Stages with { Admitted = course.Stages.Admitted ?? at } }, at, Send: new Due(at), LastFailure: null);

    // Once a client has the id, "no" is an ending that it can read. A release is owed whatever the verdict was: an earlier reserve may
    // have landed without an answer, or one of another activation may still be on its way, and only a tombstone stops that one.
    private static RequestState Refuse(Admitting s, Refusal refusal, DateTimeOffset at) => s.Shown
        ? s.End(new RequestOutcome.Failed(refusal.Code, refusal.Text), RequestEndings.NothingSent, at)
        : new Refused(s.Round, refusal, at, Release: new Due(at), s.Ticket.Run) { Trace = s.Ticket.Trace, Price = s.Ticket.Booking };

    private static Running Start(Live s, JobAccepted e) => new(
        s.Ticket,
        s.Course with { FailedSends = 0, Stages = s.Course.Stages with { Running = e.At } },
        e.At,
        e.JobId,
        Percent: 0,
        Check: new Due(e.At + s.Ticket.Limits.CheckEvery),
        Cancel: s.Course.CancelWanted is null ? null : new Due(e.At));

    private static RequestState Unsent(Live s, NotSent e) => SendAgain(s with { Course = s.Course.WithoutLastIntent() }, e.Failure, e.At, WhyLeft.Unreachable);

    private static RequestState ProvenFree(Live s, Failure failure, DateTimeOffset at, WhyLeft why = WhyLeft.NoJob) => failure.Kind switch
    {
        FailureKind.Refused when s.Course.CancelWanted is null && RequestRoute.MayLeave(s.Course, failure, why) && MoveOn(s, WhyLeft.Refused, at) is { } next => next,
        FailureKind.Rejected => s.End(new RequestOutcome.Rejected(failure.Detail), new Charge(Charged.No, "The provider refused it before making a job."), at),
        FailureKind.Refused => s.End(new RequestOutcome.Failed(Codes.ProviderRefused, failure.Detail), new Charge(Charged.No, "The provider refused it before making a job."), at),
        _ => SendAgain(s, failure, at, why),
    };

    private static RequestState SendAgain(Live s, Failure failure, DateTimeOffset at, WhyLeft why = WhyLeft.NoJob)
    {
        if (s.Course.CancelWanted is not null) return s.EndCancelled(at);
        if (RequestRoute.MayLeave(s.Course, failure, why) && MoveOn(s, failure.Kind == FailureKind.Throttled ? WhyLeft.Throttled : why, at) is { } next) return next;
        var failures = s.Course.FailedSends + 1;
        var due = new Due(at + Backoff.Delay(Salt(s), failures, failure.RetryAfter), failures);
        return new Queued(s.Ticket, s.Course with { FailedSends = failures }, at, due, failure);
    }

    private static RequestState JobEnded(Running s, JobFailed e)
    {
        var charge = new Charge(e.Charged, "The provider says that the job failed.");
        return e.Failure.Kind switch
        {
            FailureKind.Rejected => s.End(new RequestOutcome.Rejected(e.Failure.Detail), charge, e.At),
            _ when e.Charged == Charged.No && MayTryAgain(s) && MoveOn(s, WhyLeft.JobFailed, e.At) is { } next => next,
            FailureKind.Refused => s.End(new RequestOutcome.Failed(Codes.ProviderRefused, e.Failure.Detail), charge, e.At),
            // Charged, or perhaps charged: never again by machine.
            _ when e.Charged != Charged.No => s.End(new RequestOutcome.Failed(Codes.ProviderFailed, e.Failure.Detail), charge, e.At),
            _ when s.Course.CancelWanted is not null => s.EndCancelled(e.At, charge),
            _ when !MayTryAgain(s) => AsQueued(s, e.Failure, e.At).DeadLetter(e.Failure, charge, e.At),
            _ => AsQueued(s, e.Failure, e.At),
        };
    }

    // A stop that was left without a job took an attempt, and is no failure of a job. What holds no money any more buys nothing more.
    private static bool MayTryAgain(Running s) =>
        s.Course is { CancelWanted: null, GivenBack: null } && s.Course.FailedJobs + 1 < s.Ticket.Limits.MaxAttempts;

    private static Queued AsQueued(Running s, Failure failure, DateTimeOffset at) => new(
        s.Ticket,
        s.Course with { Attempt = s.Course.Attempt + 1, FailedSends = 0 },
        at,
        Send: new Due(at + Backoff.Delay(Salt(s), s.Course.FailedJobs + 1, failure.RetryAfter)),
        failure);

    /// <summary>Back to where it stopped, with its time limits counted anew. Null where nothing was sent: that is a new round.</summary>
    private static Live? Resume(Live stopped, DateTimeOffset at) => stopped switch
    {
        Unresolved s => s with { Since = at, Find = new Due(at) },
        Running s => s with { Since = at, Check = new Due(at), Cancel = s.Course.CancelWanted is null ? null : new Due(at) },
        Saving s => s with { Since = at, Save = new Due(at) },
        _ => null,
    };

    private static Due? NextDeadLetterCheck(Ended s, RequestEvent happened) => happened is CheckFailed { Failure.IsOurs: true }
        ? new Due(happened.At + DeadLetterCheckEvery)
        : NextDeadLetterCheck(s, happened.At);

    private static Due? NextDeadLetterCheck(Ended s, DateTimeOffset at) =>
        at + DeadLetterCheckEvery <= s.Since + DeadLetterCheckFor ? new Due(at + DeadLetterCheckEvery) : null;

    private static Due? LaterOrNever(Due due, int most, DateTimeOffset at, string salt, Failure failure) =>
        due.Failures + 1 >= most ? null : due.Later(at, salt, failure);

    private static bool Late(Live s, DateTimeOffset at) => at >= s.Course.Stages.Asked + s.Ticket.Limits.Deadline + (s.Course.Paused ?? TimeSpan.Zero);

    private static Ended Expire(Queued s, DateTimeOffset at) =>
        s.DeadLetter(new(FailureKind.Expired, s.Hold is { } hold ? $"The request's deadline passed before it could be sent. {hold.Text}" : "The request's deadline passed before it could be sent."), RequestEndings.NothingSent, at);

    private static bool SameHold(Hold? a, Hold b) => a is not null && a.Reason == b.Reason && a.Text == b.Text;

    // A pause that is over, or gives way to something else, is added up.
    private static Course WithPause(Queued s, Hold? next, DateTimeOffset at) => s.Hold is { IsPause: true } pause && (next is null || !SameHold(pause, next))
        ? s.Course with { Paused = (s.Course.Paused ?? TimeSpan.Zero) + (at - pause.Since) }
        : s.Course;

    private static string Salt(RequestState s) => s is Live live ? live.Ticket.Ask : s.Round.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
