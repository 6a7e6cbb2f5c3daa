using System.Collections.Immutable;
using VideoGen.Budgets;
using VideoGen.Quotas;

namespace VideoGen.Requests;

/// <summary>Why a video is where it is: what was decided about it, by which rule, and what an ask for it would meet now.</summary>
/// <param name="Video">The video.</param>
/// <param name="Steps">What happened, oldest first.</param>
/// <param name="Would">What the same ask would be answered with now: <c>new</c>, <c>joined</c>, <c>replayed</c>, <c>question</c> or <c>refused</c>.</param>
/// <param name="WouldBecause">The rule that says so, in words.</param>
/// <param name="Money">Where its money is.</param>
/// <param name="Counts">The quotas that it counts against, as they are now.</param>
/// <param name="Budgets">The budgets of its user and client that it is taken from, as they are now.</param>
/// <param name="Route">The models that it was tried at, in this order; the last is where it is.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoDecision")]
public sealed record VideoDecision(
    [property: Id(0)] VideoView Video,
    [property: Id(1)] ImmutableArray<DecisionStep> Steps,
    [property: Id(2)] string Would,
    [property: Id(3)] string WouldBecause,
    [property: Id(4)] DecisionMoney Money,
    [property: Id(5)] ImmutableArray<QuotaLine> Counts,
    [property: Id(6)] ImmutableArray<BudgetLine> Budgets,
    [property: Id(7)] ImmutableArray<DecisionStop> Route);

/// <summary>One thing that happened to a video.</summary>
/// <param name="Code">A word for it that stays the same.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.DecisionStep")]
public sealed record DecisionStep([property: Id(0)] string Code, [property: Id(1)] string Text, [property: Id(2)] DateTimeOffset At);

/// <summary>Where the money of one video is.</summary>
/// <param name="State"><c>free</c>, <c>asked</c> (not reserved yet), <c>reserved</c>, <c>spent</c>, <c>released</c> or <c>at_risk</c>.</param>
/// <param name="Usd">How much of it that is, US dollars.</param>
/// <param name="Booked">Whether the ledger has been told; always where it is reserved.</param>
/// <param name="Evidence">How we know what it cost; null while it has not ended.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.DecisionMoney")]
public sealed record DecisionMoney([property: Id(0)] string State, [property: Id(1)] decimal Usd, [property: Id(2)] bool Booked, [property: Id(3)] string? Evidence);

/// <summary>A model that a video was tried at.</summary>
/// <param name="Model">Its public name.</param>
/// <param name="PriceUsd">The worst case there, US dollars.</param>
/// <param name="Left">Why the next one was tried: a word that stays the same; null where it is, or ended.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.DecisionStop")]
public sealed record DecisionStop([property: Id(0)] string Model, [property: Id(1)] decimal PriceUsd, [property: Id(2)] string? Left);
