using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>A quote on the wire.</summary>
/// <param name="Object">Always <c>video.quote</c>.</param>
/// <param name="Would">What would come of the ask now: <c>new</c>, <c>joined</c>, <c>replayed</c>, <c>question</c>, <c>refused</c>, or <c>undecided</c> while another is being admitted.</param>
/// <param name="PriceUsd">What a new video is reserved with, US dollars, the worst case.</param>
/// <param name="PaysUsd">What this ask would pay at most, US dollars: 0 unless it would make a new one.</param>
/// <param name="Video">The video that it would be answered with, or asked about.</param>
/// <param name="Code">Why not, as the refusal or the question would say.</param>
/// <param name="Message">The same for people.</param>
/// <param name="RetryAt">When asking can help, seconds since 1970; null where time does not help.</param>
/// <param name="LimitUsd">The budget that has no room, US dollars.</param>
/// <param name="RemainingUsd">How much room it has.</param>
internal sealed record QuoteBody(
    string Object, string Would, decimal PriceUsd, decimal PaysUsd, VideoBody? Video = null, string? Code = null, string? Message = null, long? RetryAt = null,
    decimal? LimitUsd = null, decimal? RemainingUsd = null)
{
    private const string Kind = "video.quote";

    public static QuoteBody Of(VideoQuote quote) => quote.Answer switch
    {
        null => new(Kind, VideoBody.DedupWord(Dedup.New), quote.PriceUsd, quote.PriceUsd),
        AskAnswer.Accepted accepted => new(Kind, VideoBody.DedupWord(accepted.Dedup), quote.PriceUsd, PaysUsd: 0, VideoBody.Of(accepted.Video)),
        // The id of a deleted video answers 404 by now.
        AskAnswer.Question question => new(Kind, "question", quote.PriceUsd, PaysUsd: 0, question.Existing.Deleted ? null : VideoBody.Of(question.Existing), question.Code, question.Text),
        AskAnswer.Refused { Refusal: var refusal } => new(
            Kind, "refused", quote.PriceUsd, PaysUsd: 0, Code: refusal.Code, Message: refusal.Text, RetryAt: refusal.Until?.ToUnixTimeSeconds(),
            LimitUsd: refusal.LimitUsd, RemainingUsd: refusal.RemainingUsd),
        _ => new(Kind, "undecided", quote.PriceUsd, PaysUsd: 0),
    };
}
