using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>What came of cancelling many.</summary>
/// <param name="Videos">Each.</param>
/// <param name="More">Whether there were more than one call takes.</param>
internal sealed record StopReport(IReadOnlyList<StoppedVideo> Videos, bool More);

/// <summary>What came of the wish that a video stops.</summary>
internal enum StopOutcome
{
    Cancelled,

    /// <summary>The wish stands, and the provider has not answered yet.</summary>
    Cancelling,

    /// <summary>It had ended before the wish came.</summary>
    AlreadyEnded,

    /// <summary>It could not be stopped.</summary>
    NotCancelled,
}

/// <summary>What became of one.</summary>
/// <param name="Round">Which.</param>
/// <param name="Status">Its public word; null where it was never accepted, or nobody answered.</param>
/// <param name="Outcome">What came of the wish.</param>
/// <param name="Why">Why it could not be stopped; null where it could.</param>
/// <param name="Money">What became of its money.</param>
internal sealed record StoppedVideo(LiveRound Round, VideoStatus? Status, StopOutcome Outcome, string? Why, HeldMoney Money)
{
    /// <param name="round">Which.</param>
    /// <param name="seen">What is known of it.</param>
    /// <param name="gone">Whether it is not live any more.</param>
    /// <param name="money">What became of its money.</param>
    public static StoppedVideo Of(LiveRound round, SeenVideo seen, bool gone, HeldMoney money)
    {
        var (outcome, why) = Judge(seen, gone);
        return new(round, seen.Now?.Status, outcome, why, money);
    }

    private static (StopOutcome Outcome, string? Why) Judge(SeenVideo seen, bool gone) => seen switch
    {
        { AtOnce: null, Failed: true } => (StopOutcome.NotCancelled, "It did not answer, so it is not known whether it was asked to stop. Asking again is safe."),
        { AtOnce: null } when gone => (StopOutcome.AlreadyEnded, "It was refused before it was accepted, and nothing was paid."),
        { AtOnce: null } => (StopOutcome.NotCancelled, "It is still being admitted. Ask again."),
        { Before.EndedAt: not null } => (StopOutcome.AlreadyEnded, null),
        { Now: { EndedAt: not null, Error.Code: Codes.Cancelled } } => (StopOutcome.Cancelled, null),
        { AtOnce.EndedAt: not null } => (StopOutcome.AlreadyEnded, null),
        { Now.Status: VideoStatus.Completed } => (StopOutcome.NotCancelled, "The provider had finished it, so the video is kept."),
        { Now: { EndedAt: not null } ended } => (StopOutcome.NotCancelled, ended.Error?.Text ?? "It ended otherwise."),
        { Now.Status: VideoStatus.Cancelling } => (StopOutcome.Cancelling, null),
        _ => (StopOutcome.NotCancelled, "It cannot be stopped any more: the provider has finished it, or does not stop jobs. It goes on to its ending."),
    };
}

/// <summary>Such a report on the wire.</summary>
/// <param name="Videos">Each.</param>
/// <param name="Counts">How many of each outcome.</param>
/// <param name="Total">The money of all, US dollars.</param>
/// <param name="More">Whether to ask again for the rest.</param>
internal sealed record StopBody(IReadOnlyList<StoppedBody> Videos, StopCounts Counts, HeldBody Total, bool More)
{
    public static StopBody Of(StopReport report)
    {
        return new(
            [.. report.Videos.Select(StoppedBody.Of)],
            new(Count(StopOutcome.Cancelled), Count(StopOutcome.Cancelling), Count(StopOutcome.AlreadyEnded), Count(StopOutcome.NotCancelled)),
            HeldBody.Of(report.Videos.Aggregate(HeldMoney.None, (sum, video) => sum + video.Money)),
            report.More);

        int Count(StopOutcome outcome) => report.Videos.Count(video => video.Outcome == outcome);
    }
}

/// <summary>How many of each outcome.</summary>
internal sealed record StopCounts(int Cancelled, int Cancelling, int AlreadyEnded, int NotCancelled);

/// <summary>One of them.</summary>
internal sealed record StoppedBody(string Id, string Client, string User, string? Status, string Outcome, string? Why, HeldBody Usd)
{
    public static StoppedBody Of(StoppedVideo video) => new(
        video.Round.Id.ToString(), video.Round.Owner.Client, video.Round.Owner.User, video.Status?.ToWire(), Word(video.Outcome), video.Why, HeldBody.Of(video.Money));

    private static string Word(StopOutcome outcome) => outcome switch
    {
        StopOutcome.Cancelled => "cancelled",
        StopOutcome.Cancelling => "cancelling",
        StopOutcome.AlreadyEnded => "already_ended",
        StopOutcome.NotCancelled => "not_cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}

/// <summary>US dollars.</summary>
internal sealed record HeldBody(decimal Reserved, decimal Spent, decimal Released, decimal AtRisk)
{
    public static HeldBody Of(HeldMoney money) => new(money.ReservedUsd, money.SpentUsd, money.ReleasedUsd, money.AtRiskUsd);
}
