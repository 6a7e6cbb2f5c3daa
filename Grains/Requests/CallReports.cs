using VideoGen.Providers;
using static VideoGen.Grains.Requests.RequestEvent;

namespace VideoGen.Grains.Requests;

/// <summary>What the fact that a call of a provider ended in says about the provider.</summary>
internal static class CallReports
{
    /// <summary>Null where it says nothing that the line in front of the provider wants to know.</summary>
    public static CallReport? Of(RequestEvent fact) => fact switch
    {
        JobAccepted => new(Worked: true, HoldsSlot: true),
        NotSent { Failure.IsOurs: true } or NoJob { Failure.IsOurs: true } => new(Worked: null, HoldsSlot: false),
        FindFailed { Failure.IsOurs: true } => new(Worked: null, HoldsSlot: true),
        NotSent e => new(Worked: false, HoldsSlot: false, RetryAfter: e.Failure.RetryAfter),
        NoJob e => WithFailure(e.Failure, holdsSlot: false),
        OutcomeUnknown e => WithFailure(e.Failure, holdsSlot: true),
        JobAbsent => new(Worked: true, HoldsSlot: true),
        FindFailed e => WithFailure(e.Failure, holdsSlot: true),
        JobProgressed or CheckFailed => new(Worked: null, HoldsSlot: true),
        JobFinished or JobFailed or JobCancelled => new(Worked: null, HoldsSlot: false),
        _ => null,
    };

    private static CallReport WithFailure(Failure failure, bool holdsSlot) => failure.Kind switch
    {
        FailureKind.Throttled => new(Worked: null, holdsSlot, Throttled: true, failure.RetryAfter),
        FailureKind.Refused or FailureKind.Rejected => new(Worked: true, holdsSlot),
        _ => new(Worked: false, holdsSlot),
    };
}
