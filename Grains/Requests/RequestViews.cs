using VideoGen.Access;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>What the outside may know: the mapping from states to public words.</summary>
internal static class RequestViews
{
    /// <summary>The public word; null where nothing was accepted or shown yet.</summary>
    public static VideoStatus? StatusOf(RequestState state) => state switch
    {
        Admitting { Shown: false } => null,
        Running { Cancel: not null } or Submitting { Course.CancelWanted: not null } or Unresolved { Course.CancelWanted: not null } => VideoStatus.Cancelling,
        Admitting or Queued or Submitting or Unresolved => VideoStatus.Queued,
        Running or Saving => VideoStatus.InProgress,
        Ended { Outcome: RequestOutcome.Completed } => VideoStatus.Completed,
        Ended => VideoStatus.Failed,
        _ => null,
    };

    /// <summary>One round as the outside sees it; null where there is nothing to see.</summary>
    public static VideoView? View(string key, RequestDocument document, RequestState? state)
    {
        if (state is null || StatusOf(state) is not { } status) return null;
        var id = new VideoId(key, state.Round);
        var owner = Owner.Parse(document.Owner);
        VideoId? remixOf = VideoId.TryParse(document.RemixOf, out var source) ? source : null;
        return WithMoney(state, state switch
        {
            Live s => new VideoView(
                id, owner, document.Revision, status, document.Prompt, s.Ticket.Options,
                Progress: state is Running running ? Math.Min(running.Percent, 99) : state is Saving ? 99 : 0,
                CreatedAt: s.Course.Stages.Asked, EndedAt: null, WindowEndsAt: null, Error: null, Charged: null,
                EstimatedUsd: s.Ticket.PriceUsd, Waiting: WaitingOf(s),
                ResolvingUntil: s is Unresolved unresolved ? unresolved.Since + s.Ticket.Limits.ResolveFor : null,
                File: null, Deleted: false, remixOf, document.Variation),
            Ended s => new(
                id, owner, document.Revision, status, document.Prompt, s.Options,
                Progress: s.Outcome is RequestOutcome.Completed ? 100 : 0,
                CreatedAt: s.Stages.Asked, EndedAt: s.Since, WindowEndsAt: RequestAdmission.WindowEndsAt(document, s),
                Error: ErrorOf(s.Outcome), s.Charge.Charged, s.PriceUsd, Waiting: null, ResolvingUntil: null,
                File: (s.Outcome as RequestOutcome.Completed)?.File, s.Deleted, remixOf, document.Variation),
            _ => null,
        });
    }

    private static VideoView? WithMoney(RequestState state, VideoView? view) => view is null ? null : RequestDecisions.Money(state) switch
    {
        { State: "asked" or "reserved" } money => view with { ReservedUsd = money.Usd, QueuePosition = (state as Queued)?.Hold?.Position },
        { State: "at_risk" } money => view with { ReservedUsd = money.Usd },
        { State: "spent" } money => view with { ActualUsd = money.Usd },
        _ when state is Live => view with { QueuePosition = (state as Queued)?.Hold?.Position },
        _ => view with { ActualUsd = 0 },
    };

    /// <summary>Why it is not further, in words; null where it just takes its time.</summary>
    public static string? WaitingOf(Live state) => state switch
    {
        Admitting => "Its quota is being checked.",
        Queued { Hold: { } hold } => hold.Text,
        Queued { LastFailure: { } failure } => failure.Detail,
        Unresolved => "The provider did not answer; we are asking it whether it has the job.",
        Saving { Save.Failures: > 0, LastFailure.Code: SaveReply.Trouble.StoreFull } =>
            "The video is finished, and our store is full. The provider has it, and it is copied as soon as there is room.",
        Saving { Save.Failures: > 0 } => "The finished video is being copied; the last try did not work.",
        _ => null,
    };

    /// <summary>Why there is no video; null where there is one.</summary>
    public static VideoError? ErrorOf(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Rejected o => new(Codes.ContentPolicyViolation, o.Text),
        RequestOutcome.Failed o => new(o.Code, o.Text),
        RequestOutcome.Cancelled => new(Codes.Cancelled, "It was cancelled."),
        RequestOutcome.DeadLettered o => new(Codes.DeadLettered, $"We gave up and an operator will look at it: {o.Failure.Detail}"),
        _ => null,
    };
}
