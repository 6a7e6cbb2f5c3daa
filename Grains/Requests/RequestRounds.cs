using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// The rounds of one request side by side: which round a fact belongs to, when a new one opens, and the jobs that belong to none.
/// Pure and total like <see cref="RequestLifecycle"/>; a stale fact gives back the very same document.
/// </summary>
internal static class RequestRounds
{
    /// <summary>An orphan's cancel is given up after so many failures; its charge stays unknown.</summary>
    public const int MaxFailedOrphanCancels = 20;

    public static RequestDocument Apply(RequestDocument document, RequestEvent happened)
    {
        // Clocks jump; a document's time does not.
        var e = happened.At < document.UpdatedAt ? happened with { At = document.UpdatedAt } : happened;
        var next = e switch
        {
            Asked asked => Open(document, asked.Ticket, asked.At),
            Requeued requeued => Requeue(document, requeued),
            Erased => RequestErasure.Begin(document, e.At),
            IntentRecorded intent => Route(document, intent with { Sends = SendsInWindow(document, intent.At), Orphaned = OrphanedIn(document, intent.Round) }),
            OfJob ofJob when TermsOf(document, ofJob.Id) is var (account, _) && !IsOfARound(document, account, ofJob.JobId) && OrphanOf(document, account, ofJob.JobId) is { } orphan => WithOrphan(document, orphan, ofJob),
            // As with a requeue: a dead letter does not go on beside a live round, which it might then be paid besides.
            CalledBack when RoundOf(document, e.Round) is Ended && document.Rounds.Any(r => r is Live) => document,
            FundsSettled { JobId: { } jobId } => SettleOrphan(document, jobId, e),
            SettleFailed { JobId: { } jobId } => SettleOrphan(document, jobId, e),
            _ => Route(document, e),
        };
        if (e is JobAccepted accepted) next = NeverDropped(next, accepted);
        next = RequestErasure.Continue(next, e.At);
        return ReferenceEquals(next, document) ? document : next with { UpdatedAt = e.At };
    }

    /// <summary>
    /// The document with a fact that need not be written: a job still runs, or a round is still held or comes nearer in its line, and is looked at again before the
    /// document on disk says that somebody must look. Null where the fact must be written.
    /// </summary>
    public static RequestDocument? Unwritten(RequestDocument document, RequestEvent happened)
    {
        if (happened is not (JobProgressed or SendHeld or CalledBack)) return null;
        var next = Apply(document, happened);
        if (ReferenceEquals(next, document) || RequestEffects.NextAt(next) > document.WakeAt) return null;
        return (RoundOf(document, happened.Round), RoundOf(next, happened.Round)) switch
        {
            (Running before, Running after) => after.Percent == before.Percent ? next : next with { Revision = document.Revision + 1 },
            (Queued { Hold: { } before }, Queued { Hold: { } after }) when after == before => next,
            (Queued { Hold: { } before }, Queued { Hold: { } after }) when after == before with { Position = after.Position } => next with { Revision = document.Revision + 1 },
            _ => null,
        };
    }

    /// <summary>What the commit adds to a changed document: its revision, and the members that SQL reads.</summary>
    public static RequestDocument Stamp(RequestDocument document) => document with
    {
        Revision = document.Revision + 1,
        WakeAt = RequestEffects.WakeAt(document),
        Status = document.Rounds.LastOrDefault(r => r.Status is not null)?.Status ?? "refused",
    };

    /// <summary>One round; null where there is none of that number.</summary>
    public static RequestState? RoundOf(RequestDocument document, int round) => Array.Find(document.Rounds, r => r.Round == round);

    /// <summary>Intents that are not proven unsent, inside the rolling window.</summary>
    public static int SendsInWindow(RequestDocument document, DateTimeOffset at) => SentInWindow(document, at).Count();

    /// <summary>When the oldest of them leaves the window.</summary>
    public static DateTimeOffset? OldestSendLeavesAt(RequestDocument document, DateTimeOffset at) =>
        SentInWindow(document, at).Select(sent => (DateTimeOffset?)sent + RequestOptions.SubmitCountWindow).Min();

    /// <summary>What a job of this round that nobody waits for was, or may have been, charged; null where there is none or all are proven free.</summary>
    public static Charged? OrphanedIn(RequestDocument document, int round)
    {
        Charged? worst = null;
        foreach (var orphan in document.Orphans)
        {
            if (orphan.Id.Round != round || orphan.Charged == Charged.No || worst == Charged.Yes) continue;
            worst = orphan.Charged ?? Charged.Unknown;
        }

        return worst;
    }

    private static IEnumerable<DateTimeOffset> SentInWindow(RequestDocument document, DateTimeOffset at) => document.Rounds
        .SelectMany(r => r switch { Live live => live.Course.Sent, Ended ended => ended.Sent, _ => [] })
        .Where(sent => sent > at - RequestOptions.SubmitCountWindow);

    // Asks that lost the race to open a round find one that holds the window, and change nothing.
    private static RequestDocument Open(RequestDocument document, Ticket ticket, DateTimeOffset at)
    {
        if (!RequestAdmission.MayOpen(document, ticket.Limits.MaxSubmits, at)) return document;
        return OpenRound(document, ticket, at);
    }

    private static RequestDocument OpenRound(RequestDocument document, Ticket ticket, DateTimeOffset at)
    {
        var round = document.LastRound + 1;
        var state = RequestLifecycle.Apply(new New(), new Asked(ticket with { Round = round }, at));
        return document with
        {
            LastRound = round,
            CreatedAt = document.LastRound == 0 ? at : document.CreatedAt,
            Rounds = [.. document.Rounds.Where(r => r is not Refused { Release: null }), state],
        };
    }

    private static RequestDocument Requeue(RequestDocument document, Requeued e)
    {
        if (RoundOf(document, e.Round) is not Ended { Outcome: RequestOutcome.DeadLettered dead }) return document;
        if (document.ErasedAt is not null || document.Rounds.Any(r => r is Live)) return document;
        if (e.AcceptDoublePayment) return OpenBeside(document, e);
        if (dead.ResumeAt is not Queued queued) return Route(document, e);
        return queued.Course.CancelWanted is null ? Open(document, e.Fresh, e.At) : document; // Nobody wants it any more.
    }

    // A person takes it upon themselves that two may be paid, not three: of two clicks one finds the round that the other opened.
    private static RequestDocument OpenBeside(RequestDocument document, Requeued e) =>
        RequestAdmission.IsHeldBeside(document, e.Round, e.At) || document.Rounds.Length >= RequestDocument.MaxRounds || SendsInWindow(document, e.At) >= e.Fresh.Limits.MaxSubmits
            ? document
            : OpenRound(document, e.Fresh with { DoublePayment = true }, e.At);

    private static RequestDocument Route(RequestDocument document, RequestEvent e)
    {
        var index = Array.FindIndex(document.Rounds, r => r.Round == e.Round);
        if (index < 0) return document;
        var before = document.Rounds[index];
        var after = RequestLifecycle.Apply(before, e);
        if (ReferenceEquals(before, after)) return document;
        var rounds = (RequestState[])document.Rounds.Clone();
        rounds[index] = RequestTraces.WithoutWhereNothingIsOwed(after);
        return document with { Rounds = rounds };
    }

    // A provider has a job that we may pay for. If no round waits for it, it is owed a cancel; if one does after all, it is no orphan.
    private static RequestDocument NeverDropped(RequestDocument document, JobAccepted e)
    {
        if (TermsOf(document, e.Id) is not var (account, price)) return document;
        var orphan = OrphanOf(document, account, e.JobId);
        if (IsOfARound(document, account, e.JobId)) return orphan is null ? document : Replace(document, orphan, Adopted(orphan, e.At));
        if (orphan is not null) return document;
        var settle = price is null ? null : new Due(e.At); // Money at risk, besides what its round holds.
        return document with { Orphans = [.. document.Orphans, new(e.Id, account, e.JobId, e.At, Cancel: new Due(e.At), Charged: null, price, settle)] };
    }

    // Its money is its round's from now on, and what was at risk of its own is given back before it is forgotten.
    private static Orphan? Adopted(Orphan orphan, DateTimeOffset at) => orphan switch
    {
        { Price: null } => null,
        { Charged: Charged.No } => orphan,
        _ => orphan with { Cancel = null, Charged = Charged.No, Settle = new Due(at) },
    };

    private static RequestDocument SettleOrphan(RequestDocument document, string jobId, RequestEvent e)
    {
        if (Array.Find(document.Orphans, o => o.JobId == jobId && o.Id.Round == e.Round) is not { Settle: { } due } orphan) return document;
        return e switch
        {
            FundsSettled settled when settled.What == orphan.Settlement => Replace(document, orphan, IsOfARound(document, orphan.Account, jobId) ? null : orphan with { Settle = null }),
            SettleFailed failed when failed.What == orphan.Settlement => Replace(document, orphan, orphan with { Settle = due.Later(e.At, jobId, failed.Failure) }),
            _ => document,
        };
    }

    // A job's id is its account's: two providers may well give the same one.
    private static bool IsOfARound(RequestDocument document, string account, string jobId) =>
        document.Rounds.Any(r => RequestEndings.JobIdOf(r) == jobId && TermsOf(document, r is Live live ? live.AttemptId : ((Ended)r).AttemptId)?.Account == account);

    /// <summary>The provider account of an attempt; null where there is no such round, or nothing of it was accepted.</summary>
    public static string? AccountOf(RequestDocument document, AttemptId id) => TermsOf(document, id)?.Account;

    /// <summary>Whether the round's last attempt is this one, and its job is on record.</summary>
    public static bool HasJob(RequestDocument document, AttemptId id) => RoundOf(document, id.Round) is { } round
        && RequestEndings.JobIdOf(round) is not null
        && (round is Live live ? live.AttemptId : (round as Ended)?.AttemptId) == id;

    // Those of the stop where that attempt was: a late fact of an earlier one is about the account and the price of then.
    private static (string Account, Price? Price)? TermsOf(RequestDocument document, AttemptId id) => RoundOf(document, id.Round) switch
    {
        Live live when RequestRoute.StopOf(live.Course.Left, id.Attempt) is { } left => (left.Account, left.PriceOn(live.Ticket.Day)),
        Live live => (live.Ticket.Account, live.Ticket.Price),
        Ended ended when RequestRoute.StopOf(ended.Left, id.Attempt) is { } left => (left.Account, left.PriceOn(ended.BookedOn)),
        Ended ended => (ended.Account, ended.Price),
        _ => null,
    };

    private static RequestDocument Replace(RequestDocument document, Orphan orphan, Orphan? after) => ReferenceEquals(orphan, after)
        ? document
        : document with { Orphans = [.. document.Orphans.Select(o => ReferenceEquals(o, orphan) ? after : o).OfType<Orphan>()] };

    private static Orphan? OrphanOf(RequestDocument document, string account, string jobId) => Array.Find(document.Orphans, o => o.JobId == jobId && o.Account == account);

    private static RequestDocument WithOrphan(RequestDocument document, Orphan orphan, OfJob e)
    {
        if (orphan.Cancel is not { } due) return document;
        var after = e switch
        {
            JobCancelled cancelled => orphan with { Cancel = null, Charged = cancelled.Charged },
            CancelTooLate => orphan with { Cancel = null, Charged = Charged.Yes },
            CancelFailed { Failure.IsOurs: false } when due.Failures + 1 >= MaxFailedOrphanCancels => orphan with { Cancel = null, Charged = Charged.Unknown },
            CancelFailed failed => orphan with { Cancel = due.Later(e.At, orphan.JobId, failed.Failure) },
            _ => orphan,
        };
        if (after.Charged != orphan.Charged && after.Price is not null) after = after with { Settle = new Due(e.At) };
        return Replace(document, orphan, after);
    }
}
