using VideoGen.Grains.Persistence;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>
/// Deliberate other takes of one prompt: each was offered with its price and confirmed by a person, in that order, and both are on disk
/// before its own request is asked. The document of the video itself owns the offers and the numbers. Pure; where nothing changes,
/// each gives back the very same document.
/// </summary>
internal static class RequestVariations
{
    /// <summary>How long an offer stands.</summary>
    public static readonly TimeSpan OfferFor = TimeSpan.FromMinutes(10);

    /// <summary>The most other takes of one prompt that can be confirmed in its window.</summary>
    public const int MaxInWindow = 3;

    /// <summary>The most offers that stand at a time: the oldest gives way.</summary>
    public const int MaxOffers = 8;

    /// <summary>Offers another take under these terms. An offer of the same terms that still stands is not made again.</summary>
    public static RequestDocument Offer(RequestDocument document, string token, VideoOptions options, decimal priceUsd, RequestLimits limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, document.UpdatedAt);
        if (OfferOf(document, options, priceUsd, at) is not null || FullUntil(document, limits, at) is not null) return document;
        var kept = Kept(document, limits, at).ToList();
        if (kept.Count(c => c.Variation is null) >= MaxOffers) kept.Remove(kept.First(c => c.Variation is null));
        return document with { Confirmations = [.. kept, new(token, options, priceUsd, at)], UpdatedAt = at };
    }

    /// <summary>The offer of these terms that stands; null where none does.</summary>
    public static Confirmation? OfferOf(RequestDocument document, VideoOptions options, decimal priceUsd, DateTimeOffset at) =>
        Array.FindLast(document.Confirmations ?? [], c => Stands(c, at) && c.Options == options && c.PriceUsd == priceUsd);

    /// <summary>Says yes to an offer that stands, for what was offered and no more: it gets its number, once and for all.</summary>
    public static RequestDocument Confirm(RequestDocument document, string token, VideoOptions options, decimal priceUsd, RequestLimits limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, document.UpdatedAt);
        if (Find(document, token, limits, at) is not { Variation: null } offer || offer.Options != options || priceUsd > offer.PriceUsd) return document;
        if (FullUntil(document, limits, at) is not null) return document;
        var number = document.LastVariation + 1;
        var confirmed = offer with { Variation = number, ConfirmedAt = at };
        return document with
        {
            LastVariation = number,
            Confirmations = [.. Kept(document, limits, at).Select(c => c.Token == token ? confirmed : c)],
            UpdatedAt = at,
        };
    }

    /// <summary>An offer that stands, or one that was confirmed in this window: from then on its token answers with the take that it became.</summary>
    public static Confirmation? Find(RequestDocument document, string token, RequestLimits limits, DateTimeOffset at) =>
        Kept(document, limits, at).FirstOrDefault(c => c.Token == token);

    /// <summary>When another one can be confirmed, where the window is full; null where it is not.</summary>
    public static DateTimeOffset? FullUntil(RequestDocument document, RequestLimits limits, DateTimeOffset at)
    {
        var counting = (document.Confirmations ?? []).Select(c => c.ConfirmedAt + limits.Window).Where(until => until > at).Order().ToArray();
        return counting.Length < MaxInWindow ? null : counting[^MaxInWindow];
    }

    private static bool Stands(Confirmation c, DateTimeOffset at) => c.Variation is null && at < c.OfferedAt + OfferFor;

    // Not longer than the window of the take itself, which begins later: from then on its token would open another paid round.
    private static IEnumerable<Confirmation> Kept(RequestDocument document, RequestLimits limits, DateTimeOffset at) =>
        (document.Confirmations ?? []).Where(c => Stands(c, at) || at < c.ConfirmedAt + limits.Window);
}

/// <summary>An offer to make another take, and what became of it.</summary>
/// <param name="Token">Drawn for it.</param>
/// <param name="Options">What was offered.</param>
/// <param name="PriceUsd">For how much, US dollars.</param>
/// <param name="OfferedAt">When.</param>
/// <param name="Variation">The number of the take that it became; null where nobody said yes.</param>
/// <param name="ConfirmedAt">When somebody did.</param>
internal sealed record Confirmation(string Token, VideoOptions Options, decimal PriceUsd, DateTimeOffset OfferedAt, int? Variation = null, DateTimeOffset? ConfirmedAt = null);
