using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>What a video of a model costs on a day, read off the model's terms. What has no price is not made: only 0 is free.</summary>
internal static class PriceList
{
    /// <summary>The worst case in US dollars; null where no row is in force. A size's own row goes before one for all sizes, then the newest.</summary>
    public static decimal? UsdOf(ModelTerms terms, VideoOptions options, DateOnly today) => terms.Prices
        .Where(price => (price.Size is null || price.Size == options.Size) && !(price.From > today))
        .OrderByDescending(price => price.Size is not null).ThenByDescending(price => price.From ?? DateOnly.MinValue)
        .Select(price => (decimal?)price.UsdPerSecond * options.Seconds)
        .FirstOrDefault();

    /// <summary>Why it is not made on that day at any price; null where it is.</summary>
    public static Refusal? Refusal(ModelTerms terms, VideoOptions options, DateOnly today)
    {
        if (terms.Retires <= today) return new(Codes.ModelRetired, string.Create(CultureInfo.InvariantCulture, $"The model '{terms.Model}' is not made any more since {terms.Retires:yyyy-MM-dd}. Choose another one."));
        return UsdOf(terms, options, today) is null
            ? new(Codes.UnpricedModel, $"The model '{terms.Model}' has no price for {options.Size} today, so it is not made. Choose another size or model, or have a price set.")
            : null;
    }
}
