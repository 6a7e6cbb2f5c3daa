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
        var unresolved = new Unresolved(s.Ticket, s.Course, e.At, s.Nonce, Find: new Due(e.At), e.Failure) { Candidate = s.Candidate };
        return s.Ticket.Limits.Resolution == Resolution.None
            ? unresolved.DeadLetter(e.Failure, RequestEndings.Unproven, e.At)
            : unresolved;
    }

    // The same once more, or one more often than that, is no news: how soon the provider is asked again is the back-off's.
    private static Submitting Hinted(Submitting s, CalledBack e) => s.Doubt is not null || s.Candidate == e.JobId ? s : s with { Candidate = e.JobId };

    // Where the same key is sent again nothing else is asked, and a hint must not make a submit come sooner.
    private static Unresolved Hinted(Unresolved s, CalledBack e) => s.Ticket.Limits.Resolution == Resolution.SameKey || s.Candidate == e.JobId
        ? s
        : s with { Candidate = e.JobId, Find = s.Find with { NotBefore = e.At } };

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

    // Where the provider itself named a job, that it has none is no proof.
    private static bool IsProof(Unresolved s, JobAbsent e) =>
        s.Candidate is null && s.Ticket.Limits.Resolution == Resolution.CompleteLookup && e.QuietFor >= s.Ticket.Limits.QuietFor;

    private static RequestState FindLater(Unresolved s, Failure? failure, DateTimeOffset at) => at >= s.Since + s.Ticket.Limits.ResolveFor && failure?.Code != Codes.AccountNotConfigured
        ? s.DeadLetter(s.Cause, RequestEndings.Unproven, at)
        : s with { Find = s.Find.Later(at, Salt(s), failure) };
}
