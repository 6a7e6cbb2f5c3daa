using System.Diagnostics;
using VideoGen.Reports;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// The spans of what a request owes. They are children of the ask that opened the round, through its trace in the document:
/// whichever process carries an effect out, before or after a crash, it is one trace. Never with the prompt.
/// </summary>
internal static class RequestTraces
{
    /// <summary>The span of an effect; null where nobody listens, or where nothing is done but write.</summary>
    public static Activity? Start(VideoGenTelemetry telemetry, string key, RequestDocument document, RequestEffect effect)
    {
        if (effect is RequestEffect.RecordIntent) return null;
        var account = effect.CalledAccount;
        var round = RequestRounds.RoundOf(document, effect.Round);
        return telemetry.StartEffect(effect, account is not null, TraceOf(round))
            ?.SetTag(VideoGenTelemetry.Tags.Request, key)
            .SetTag(VideoGenTelemetry.Tags.Round, effect.Round)
            .SetTag(VideoGenTelemetry.Tags.Account, account);
    }

    /// <summary>Writes down what an effect ended in.</summary>
    public static void Tell(Activity? span, RequestEvent fact)
    {
        if (span is null) return;
        span.SetTag(VideoGenTelemetry.Tags.Outcome, VideoGenTelemetry.Word(fact));
        if (fact is OfAttempt { Id.Attempt: var attempt }) span.SetTag(VideoGenTelemetry.Tags.Attempt, attempt);
        if (FailureOf(fact) is { } failure) span.SetStatus(ActivityStatusCode.Error, VideoGenTelemetry.Word(failure.Kind)); // Its text is the provider's: it may quote the prompt.
    }

    /// <summary>An ended round stays for ever, its trace only until nothing is owed.</summary>
    public static RequestState WithoutWhereNothingIsOwed(RequestState state) => state switch
    {
        Ended { Trace: not null, Settle: null, Discard: null, Removal: null } s when !RequestTelling.Owes(s) => s with { Trace = null },
        Refused { Trace: not null, Release: null } s => s with { Trace = null },
        _ => state,
    };

    private static string? TraceOf(RequestState? state) => state switch
    {
        Live s => s.Ticket.Trace,
        Ended { Outcome: RequestOutcome.DeadLettered dead } => dead.ResumeAt.Ticket.Trace,
        Ended s => s.Trace,
        Refused s => s.Trace,
        _ => null,
    };

    private static Failure? FailureOf(RequestEvent fact) => fact switch
    {
        ReserveFailed e => e.Failure,
        SettleFailed e => e.Failure,
        NotSent e => e.Failure,
        NoJob e => e.Failure,
        OutcomeUnknown e => e.Failure,
        FindFailed e => e.Failure,
        CheckFailed e => e.Failure,
        JobFailed e => e.Failure,
        CancelFailed e => e.Failure,
        SaveFailed e => e.Failure,
        DiscardFailed e => e.Failure,
        RemoveFailed e => e.Failure,
        TellFailed e => e.Failure,
        HearersNotFound e => e.Failure,
        ClientNotTold e => e.Failure,
        _ => null,
    };
}
