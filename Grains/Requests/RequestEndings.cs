using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>How a live round becomes an ended one: what it keeps, and what it owes.</summary>
internal static class RequestEndings
{
    public static readonly Charge NothingSent = new(Charged.No, "Nothing was sent that is not proven to have made no job.");
    public static readonly Charge Unproven = new(Charged.Unknown, "A submit had no answer, and nobody could prove what became of it.");
    public static readonly Charge JobOpen = new(Charged.Unknown, "The provider has the job and has not said how it ended.");
    public static readonly Failure TooManySubmits = new(FailureKind.Unavailable, "It was sent as often as one prompt may be in 24 hours.");
    public static readonly Failure OrphanFirst = new(FailureKind.Unknown, "The provider has another job of this request that nobody waits for, and that is not proven free.");
    public static readonly Refusal AdmissionUnavailable = new(Codes.AdmissionUnavailable, "The quota could not be checked for too long. Nothing was paid; ask again.");

    public static Ended End(this Live s, RequestOutcome outcome, Charge charge, DateTimeOffset at)
    {
        var limits = s.Ticket.Limits;
        var lastSent = s.Course.Sent is [.., var last] ? last : s.Course.Stages.Asked;
        var jobId = JobIdOf(s);
        // While nobody knows whether it was charged, its place in the quota stays taken, and the money ledger is told that it is at risk.
        var settles = (s.Ticket.Reserves && charge.Charged != Charged.Unknown) || s.Ticket.Booking is not null;
        return new(
            s.Round,
            s.Ticket.Options,
            s.Ticket.Account,
            s.Ticket.PriceUsd,
            s.Course.Attempt,
            jobId,
            outcome,
            charge,
            at,
            s.Course.Stages,
            s.Course.Sent,
            lastSent + limits.Window + limits.Margin,
            Deleted: false,
            Settle: settles ? new Due(at) : null,
            Discard: outcome is RequestOutcome.Completed && limits.KeepsOriginal ? new Due(at) : null,
            Removal: null,
            Run: settles ? s.Ticket.Run : null)
        {
            Trace = s.Ticket.Trace,
            Day = s.Ticket.Day == Price.DayInUtc(s.Course.Stages.Asked) ? null : s.Ticket.Day,
            Unmetered = !s.Ticket.Reserves,
            Model = s.Ticket.Model,
            Left = s.Course.Left,
            Booked = s.Ticket.Booked,
            DoublePayment = s.Ticket.DoublePayment,
            Telling = RequestTelling.Begin(s.Ticket.Hearers, at),
        };
    }

    public static Ended EndCancelled(this Live s, DateTimeOffset at, Charge? charge = null) => s.End(new RequestOutcome.Cancelled(), charge ?? NothingSent, at);

    public static Ended DeadLetter(this Live s, Failure failure, Charge charge, DateTimeOffset at) => s.End(
        new RequestOutcome.DeadLettered(failure, RequestTelling.Resumable(s), Check: s is Running ? new Due(at + RequestLifecycle.DeadLetterCheckEvery) : null) { Tell = new Due(at) },
        charge,
        at);

    public static Course WithIntent(this Course course, DateTimeOffset at) =>
        course with { Sent = [.. course.Sent, at], Stages = course.Stages with { Submitted = course.Stages.Submitted ?? at } };

    public static Course WithoutLastIntent(this Course course) => course with { Sent = course.Sent[..^1] };

    public static Course Cancelling(this Course course, DateTimeOffset at) => course with { CancelWanted = course.CancelWanted ?? at };

    public static string? JobIdOf(RequestState state) => state switch
    {
        Running s => s.JobId,
        Saving s => s.JobId,
        Ended s => s.JobId,
        _ => null,
    };
}
