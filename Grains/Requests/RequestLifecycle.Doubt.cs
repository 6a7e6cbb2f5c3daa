using VideoGen.Grains.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>A submit without an answer: what proves what became of it, and for how long the provider is asked.</summary>
internal static partial class RequestLifecycle
{
    private static RequestState Doubt(Submitting s, OutcomeUnknown e)
    {
        var unresolved = new Unresolved(s.Ticket, s.Course, e.At, s.Nonce, Find: new Due(e.At), e.Failure);
        return s.Ticket.Limits.Resolution == Resolution.None
            ? unresolved.DeadLetter(e.Failure, RequestEndings.Unproven, e.At)
            : unresolved;
    }

    // It needs no proof that there is no job: the provider promises that there is never a second one. But only as long as it remembers the
    // key, and a submit may be on its way for as long as the quiet time: this one, and those before.
    private static RequestState SendSameKey(Unresolved s, IntentRecorded e) =>
        s.Ticket.Limits is { KeyKeptFor: { } kept } limits
        && e.Orphaned is null
        && e.Sends < limits.MaxSubmits
        && e.At + limits.QuietFor + RequestOptions.ClockSlack < s.FirstSentAt + kept
            ? new Submitting(s.Ticket, s.Course.WithIntent(e.At), e.At, e.Nonce, new Doubt(s.Since, s.Nonce, s.Find, s.Cause, s.Resent))
            : s.DeadLetter(s.Cause, RequestEndings.Unproven, e.At);

    private static Unresolved StillInDoubt(Submitting s, Doubt doubt) => new(s.Ticket, s.Course, doubt.Since, doubt.Nonce, doubt.Find, doubt.Cause, doubt.Resent);

    private static bool IsProof(Unresolved s, JobAbsent e) =>
        s.Ticket.Limits.Resolution == Resolution.CompleteLookup && e.QuietFor >= s.Ticket.Limits.QuietFor;

    private static RequestState FindLater(Unresolved s, Failure? failure, DateTimeOffset at) => at >= s.Since + s.Ticket.Limits.ResolveFor && failure?.Code != Codes.AccountNotConfigured
        ? s.DeadLetter(s.Cause, RequestEndings.Unproven, at)
        : s with { Find = s.Find.Later(at, Salt(s), failure) };
}
