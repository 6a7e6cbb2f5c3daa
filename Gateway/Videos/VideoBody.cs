using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>A video on the wire: OpenAI's VideoResource, and after it what only we say (official clients ignore that).</summary>
internal sealed record VideoBody(
    string Id,
    string Object,
    string Model,
    string Status,
    int Progress,
    long CreatedAt,
    long? CompletedAt,
    long? ExpiresAt,
    string Prompt,
    string Size,
    string Seconds,
    string? RemixedFromVideoId,
    ErrorBody? Error,
    string? Dedup,
    string? Charged,
    CostBody Cost,
    string? Waiting,
    int? QueuePosition,
    long? ResolvingUntil,
    long? WindowEndsAt)
{
    /// <param name="view">The video.</param>
    /// <param name="dedup">How the ask that this answers relates to it; null where this does not answer an ask.</param>
    public static VideoBody Of(VideoView view, string? dedup = null) => new(
        view.Id.ToString(),
        "video",
        view.Options.Model,
        view.Status.ToWire(),
        view.Progress,
        view.CreatedAt.ToUnixTimeSeconds(),
        view.Status == VideoStatus.Completed ? view.EndedAt?.ToUnixTimeSeconds() : null,
        view.ExpiresAt?.ToUnixTimeSeconds(),
        view.Prompt,
        view.Options.Size,
        view.Options.Seconds.ToString(CultureInfo.InvariantCulture),
        view.RemixOf?.ToString(),
        view.Error is { } error ? new(error.Code, error.Text) : null,
        dedup,
        ChargedWord(view.Charged),
        CostBody.Of(view),
        view.Waiting,
        view.QueuePosition,
        view.ResolvingUntil?.ToUnixTimeSeconds(),
        view.WindowEndsAt?.ToUnixTimeSeconds());

    public static string DedupWord(Dedup dedup) => dedup switch
    {
        Requests.Dedup.New => "new",
        Requests.Dedup.Joined => "joined",
        Requests.Dedup.Replayed => "replayed",
        _ => throw new ArgumentOutOfRangeException(nameof(dedup), dedup, null),
    };

    public static string? ChargedWord(Charged? charged) => charged switch
    {
        null => null,
        Requests.Charged.No => "no",
        Requests.Charged.Yes => "yes",
        Requests.Charged.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(charged), charged, null),
    };
}

/// <summary>How to say yes to a question, and for how much.</summary>
/// <param name="Token">Sent back as <c>confirmation</c>.</param>
/// <param name="PriceUsd">US dollars, the worst case.</param>
/// <param name="ExpiresAt">Unix seconds.</param>
internal sealed record ConfirmationBody(string Token, decimal PriceUsd, long ExpiresAt)
{
    public static ConfirmationBody? Of(ConfirmationOffer? offer) => offer is null ? null : new(offer.Token, offer.PriceUsd, offer.Until.ToUnixTimeSeconds());
}

/// <summary>Why there is no video.</summary>
internal sealed record ErrorBody(string Code, string Message);

/// <summary>US dollars.</summary>
/// <param name="Estimated">The price at acceptance.</param>
/// <param name="Reserved">What is held for it: while it is on its way, or nobody knows whether it was paid.</param>
/// <param name="Actual">What it cost; null while nobody knows.</param>
internal sealed record CostBody(decimal Estimated, decimal Reserved, decimal? Actual)
{
    public static CostBody Of(VideoView view) => new(view.EstimatedUsd, view.ReservedUsd, view.ActualUsd);
}

/// <summary>OpenAI's DeletedVideoResource, and what became of a video that was still on its way.</summary>
internal sealed record DeletedBody(string Id, string Object, bool Deleted, string Status, string? Dedup, string? Charged, CostBody Cost, string? Waiting)
{
    public static DeletedBody Of(VideoView view) => new(
        view.Id.ToString(),
        "video.deleted",
        Deleted: true,
        view.Status.ToWire(),
        Dedup: null,
        VideoBody.ChargedWord(view.Charged),
        CostBody.Of(view),
        view.Waiting);
}
