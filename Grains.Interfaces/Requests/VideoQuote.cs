namespace VideoGen.Requests;

/// <summary>What an ask would cost, and what would come of it now. Nothing is reserved: a moment later it may be another.</summary>
/// <param name="PriceUsd">What would be reserved for a new video, US dollars, the worst case.</param>
/// <param name="Answer">
/// What the ask would be answered with because of what is there already or what it may not; null where a new video would be made.
/// <see cref="AskAnswer.Unknown"/> while a round of it is being admitted.
/// </param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoQuote")]
public sealed record VideoQuote([property: Id(0)] decimal PriceUsd, [property: Id(1)] AskAnswer? Answer);
