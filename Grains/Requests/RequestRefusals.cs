using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>The refusals of a request that no ledger words.</summary>
internal static class RequestRefusals
{
    /// <summary>What the ledgers are told of a round that was refused: nothing of it may be held.</summary>
    public static readonly Settlement Settlement = new(Charged.No);

    public static readonly Refusal ConfirmationUnknown = new(
        Codes.ConfirmationUnknown,
        "This confirmation is not one of an offer that stands for this prompt and these options. Ask without it to get a new offer.");

    public static readonly Refusal NotForRuns = new(
        Codes.RunLimit,
        "An agent's run cannot confirm another payment for a prompt. Let a person confirm it, without naming the run.");

    public static readonly Refusal RemixSourceNotReady = new(
        Codes.RemixSourceNotReady,
        "Only a completed video of the same user can be remixed, and only while it is not deleted.");

    public static readonly Refusal RemixNotOffered = new(
        Codes.RemixNotOffered,
        "This video cannot be remixed: its model is now made by another provider account than the one that has it.");

    public static readonly Refusal BeingErased = new(
        Codes.BeingErased,
        "Its user is being erased, and the video of this prompt that is on its way goes with them. Ask again when it has ended.");

    /// <summary>Each time it would be sent, it alone would trip the spend breaker, and everybody would wait.</summary>
    public static Refusal DearerThanAStreak(decimal usd, decimal most, TimeSpan within) => new(
        Codes.MaxUsdExceeded,
        string.Create(CultureInfo.InvariantCulture, $"It may cost {usd:0.##} USD, and at most {most:0.##} USD may be submitted for within {within} (SpendBreaker:StreakUsd), so it would never be sent. Ask for a shorter or cheaper video."));

    public static Refusal VariationLimit(DateTimeOffset until) => new(
        Codes.VariationLimit,
        string.Create(CultureInfo.InvariantCulture, $"Of one prompt {RequestVariations.MaxInWindow} other takes can be made in 24 hours. The next one is possible at {until:u}."),
        until,
        RequestVariations.MaxInWindow,
        Remaining: 0);
}
