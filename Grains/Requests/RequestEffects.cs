using VideoGen.Grains.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEffect;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// What a request owes, read off its document alone: the document is its own outbox.
/// <see cref="NextEffect"/>, <see cref="NextAt"/> and <see cref="WakeAt"/> are views of the same list, so they cannot disagree. Telling clients is
/// a list of its own (<see cref="RequestTelling.Owed"/>): those effects are carried out beside the others, which wait for none of them.
/// </summary>
internal static class RequestEffects
{
    /// <summary>
    /// How long checks that find a job still running need not be written: a request that is checked every few seconds is written a few
    /// times a minute at most. After a crash a check may come later by this.
    /// </summary>
    public static readonly TimeSpan ChecksUnwrittenFor = TimeSpan.FromSeconds(30);

    /// <summary>How long looks that find a round still held need not be written.</summary>
    public static readonly TimeSpan HoldsUnwrittenFor = TimeSpan.FromMinutes(1);

    /// <summary>The first due effect over all rounds, oldest first; null when nothing is due.</summary>
    public static RequestEffect? NextEffect(RequestDocument document, DateTimeOffset now)
    {
        foreach (var (notBefore, effect) in Owed(document))
        {
            if (notBefore <= now) return effect;
        }

        return null;
    }

    /// <summary>When the next effect is due; null only when nothing is owed.</summary>
    public static DateTimeOffset? NextAt(RequestDocument document) => Owed(document).Min(owed => (DateTimeOffset?)owed.NotBefore);

    /// <summary>When somebody else must look, if the activation that wrote this has not; null only when nothing is owed.</summary>
    public static DateTimeOffset? WakeAt(RequestDocument document) =>
        Owed(document).Concat(RequestTelling.Owed(document)).Min(owed => (DateTimeOffset?)(owed.NotBefore + UnwrittenFor(owed.Effect)));

    /// <summary>Whether anything is due, whoever carries it out.</summary>
    public static bool IsDue(RequestDocument document, DateTimeOffset now) =>
        NextEffect(document, now) is not null || RequestTelling.Owed(document).Any(owed => owed.NotBefore <= now);

    private static TimeSpan UnwrittenFor(RequestEffect effect) => effect switch
    {
        CheckJob => ChecksUnwrittenFor,
        RecordIntent { Hold: not null } => HoldsUnwrittenFor,
        _ => TimeSpan.Zero,
    };

    /// <summary>Whether a reservation has not been told yet what became of it.</summary>
    public static bool OwesSettlement(RequestDocument document) => Owed(document).Any(owed => owed.Effect is SettleFunds { JobId: null });

    private static IEnumerable<(DateTimeOffset NotBefore, RequestEffect Effect)> Owed(RequestDocument document)
    {
        // A release of an older round gives quota and cooldown back: a newer round is judged after it, never before.
        var settling = false;
        foreach (var state in document.Rounds)
        {
            foreach (var owed in Owed(state))
            {
                if (settling && owed.Effect is ReserveFunds) continue;
                settling |= owed.Effect is SettleFunds;
                yield return owed;
            }
        }

        foreach (var orphan in document.Orphans)
        {
            if (orphan.Cancel is { } due) yield return (due.NotBefore, new CancelJob(orphan.Id, orphan.Account, orphan.JobId));
            if (orphan.Settle is { } settle) yield return (settle.NotBefore, new SettleFunds(orphan.Id.Round, orphan.Settlement, Metered: false, orphan.FoundAt, Run: null, orphan.Price, PaidUsd: null, orphan.JobId));
        }
    }

    private static IEnumerable<(DateTimeOffset NotBefore, RequestEffect Effect)> Owed(RequestState state)
    {
        switch (state)
        {
            case Refused { Release: { } release } s:
                yield return (release.NotBefore, new SettleFunds(s.Round, RequestRefusals.Settlement, Metered: true, s.Since, s.Run, s.Price, PaidUsd: null));
                break;
            case Admitting s:
                yield return (s.Reserve.NotBefore, new ReserveFunds(s.Round, s.Ticket.Reserves, s.Ticket.Run, s.Ticket.Booking, s.Course.Attempt));
                break;
            case Queued s:
                yield return (s.Send.NotBefore, new RecordIntent(s.AttemptId, s.Ticket, s.Hold));
                break;
            case Submitting s:
                yield return (s.Since, new SubmitJob(s.AttemptId, s.Ticket, s.Nonce));
                break;
            case Unresolved { Ticket.Limits.Resolution: Resolution.SameKey } s:
                yield return (s.Find.NotBefore, new RecordIntent(s.AttemptId, s.Ticket, Hold: null)); // A submit like any other.
                break;
            case Unresolved s:
                yield return (s.Find.NotBefore, new FindJob(s.AttemptId, s.Ticket, s.Nonce, s.Course.Sent is [.., var sent] ? sent : s.Since, s.Candidate));
                break;
            case Running s:
                if (s.Cancel is { } cancel) yield return (cancel.NotBefore, new CancelJob(s.AttemptId, s.Ticket.Account, s.JobId));
                yield return (s.Check.NotBefore, new CheckJob(s.AttemptId, s.Ticket.Account, s.JobId));
                break;
            case Saving s:
                yield return (s.Save.NotBefore, new SaveVideo(s.AttemptId, s.Ticket.Account, s.JobId, s.Ticket.Options));
                break;
            case Ended s:
                foreach (var owed in Owed(s)) yield return owed;
                break;
        }
    }

    private static IEnumerable<(DateTimeOffset NotBefore, RequestEffect Effect)> Owed(Ended s)
    {
        if (s.Settle is { } settle) yield return (settle.NotBefore, new SettleFunds(s.Round, s.Settlement, !s.Unmetered, s.Stages.Asked, s.Run, s.Booking, s.Charge.Usd));
        if (s.Removal is { } removal) yield return (removal.NotBefore, new RemoveMedia(s.Round));
        if (s is { Discard: { } discard, JobId: { } original }) yield return (discard.NotBefore, new DiscardOriginal(s.AttemptId, s.Account, original));
        if (s is { Outcome: RequestOutcome.DeadLettered { Tell: { } tell } dead }) yield return (tell.NotBefore, new TellOperator(s.Round, s.Charge.Charged, WordOf(dead.ResumeAt), dead.Failure.Detail, s.Since));
        if (s is { Outcome: RequestOutcome.DeadLettered { Check: { } check }, JobId: { } job }) yield return (check.NotBefore, new CheckJob(s.AttemptId, s.Account, job));
    }

    private static string WordOf(Live stopped) => stopped switch
    {
        Unresolved or Submitting => "unresolved",
        Running => "running",
        Saving => "saving",
        _ => "queued",
    };
}
