using VideoGen.Budgets;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>Why a video is where it is, on the wire. Times are seconds since 1970.</summary>
/// <param name="Object">Always <c>video.decision</c>.</param>
/// <param name="Status">As the video says.</param>
/// <param name="WindowEndsAt">Until when the same prompt is answered with it; null where it is not, or where no clock can say.</param>
/// <param name="AskedNow">What the same ask would meet now.</param>
/// <param name="Money">Where its money is.</param>
/// <param name="Steps">What happened, oldest first.</param>
/// <param name="Quotas">The quotas that it counts against, as they are now.</param>
/// <param name="Budgets">The budgets of its user and client that it is taken from, as they are now.</param>
/// <param name="Route">The models that it was tried at, in this order; the last is where it is.</param>
internal sealed record DecisionBody(
    string Id,
    string Object,
    string Status,
    long? WindowEndsAt,
    AskedNowBody AskedNow,
    DecisionMoneyBody Money,
    IReadOnlyList<DecisionStepBody> Steps,
    IReadOnlyList<QuotaLineBody> Quotas,
    IReadOnlyList<BudgetLineBody> Budgets,
    IReadOnlyList<DecisionStopBody> Route)
{
    public static DecisionBody Of(VideoDecision decision) => new(
        decision.Video.Id.ToString(),
        "video.decision",
        decision.Video.Status.ToWire(),
        decision.Video.WindowEndsAt?.ToUnixTimeSeconds(),
        new(decision.Would, decision.WouldBecause),
        new(decision.Money.State, decision.Money.Usd, decision.Money.Booked, decision.Money.Evidence),
        [.. decision.Steps.Select(step => new DecisionStepBody(step.Code, step.Text, step.At.ToUnixTimeSeconds()))],
        [.. decision.Counts.Select(QuotaLineBody.Of)],
        [.. decision.Budgets.Select(BudgetLineBody.Of)],
        [.. decision.Route.Select(stop => new DecisionStopBody(stop.Model, stop.PriceUsd, stop.Left))]);
}

/// <param name="Would"><c>new</c>, <c>joined</c>, <c>replayed</c>, <c>question</c> or <c>refused</c>.</param>
/// <param name="Message">The rule, in words.</param>
internal sealed record AskedNowBody(string Would, string Message);

/// <param name="State"><c>free</c>, <c>asked</c>, <c>reserved</c>, <c>spent</c>, <c>released</c> or <c>at_risk</c>.</param>
/// <param name="Usd">US dollars.</param>
/// <param name="Booked">Whether the ledger has been told.</param>
/// <param name="Evidence">How we know; null while it has not ended.</param>
internal sealed record DecisionMoneyBody(string State, decimal Usd, bool Booked, string? Evidence);

/// <param name="Code">A word for it that stays the same.</param>
/// <param name="Message">The same for people.</param>
/// <param name="At">When.</param>
internal sealed record DecisionStepBody(string Code, string Message, long At);

/// <param name="Model">Its public name.</param>
/// <param name="PriceUsd">The worst case there, US dollars.</param>
/// <param name="Left">Why the next one was tried; null where it is, or ended.</param>
internal sealed record DecisionStopBody(string Model, decimal PriceUsd, string? Left);

/// <param name="Whose"><c>user</c> or <c>run</c>.</param>
/// <param name="Used">Videos that count now.</param>
/// <param name="Limit">The most that may.</param>
/// <param name="NextAt">From when another one is possible; null where one is now, or where time does not help.</param>
internal sealed record QuotaLineBody(string Whose, int Used, int Limit, long? NextAt)
{
    public static QuotaLineBody Of(QuotaLine line) => new(line.Of, line.Used, line.Limit, line.NextAt?.ToUnixTimeSeconds());
}

/// <param name="Scope"><c>client:…</c> or <c>user:…</c>.</param>
/// <param name="Period">A day or a month.</param>
/// <param name="LimitUsd">US dollars.</param>
/// <param name="RemainingUsd">What is left of it; below 0 where a provider took more than was reserved.</param>
internal sealed record BudgetLineBody(string Scope, string Period, decimal? LimitUsd, decimal ReservedUsd, decimal SpentUsd, decimal AtRiskUsd, decimal? RemainingUsd)
{
    public static BudgetLineBody Of(BudgetLine line) => new(
        line.Id.Scope, line.Id.Period, line.CapUsd, line.ReservedUsd, line.SpentUsd, line.AtRiskUsd, line.CapUsd - line.ReservedUsd - line.SpentUsd - line.AtRiskUsd);
}
