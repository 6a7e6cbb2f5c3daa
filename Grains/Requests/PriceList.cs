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
    public static Refusal? Refusal(ModelTerms terms, VideoOptions options, DateOnly today) => Retired(terms, today) ?? (UsdOf(terms, options, today) is null
        ? new(Codes.UnpricedModel, $"The model '{terms.Model}' has no price for {options.Size} today, so it is not made. Choose another size or model, or have a price set.")
        : null);

    /// <summary>The models that make it on that day, and for how many US dollars: one, or those of a route that it may cost, in its order. Else why there is none.</summary>
    public static (IReadOnlyList<(ModelTerms Terms, decimal Usd)> Models, Refusal? None) Of(IModelCatalogue catalogue, ModelTerms asked, VideoOptions options, DateOnly today)
    {
        if (asked.Route.Count == 0) return Refusal(asked, options, today) is { } refused ? ([], refused) : ([(asked, UsdOf(asked, options, today)!.Value)], null);
        if (Retired(asked, today) is { } over) return ([], over);
        var known = asked.Route.Select(catalogue.Find).OfType<ModelTerms>().ToArray();
        var priced = known.Where(terms => Refusal(terms, options, today) is null).Select(terms => (Terms: terms, Usd: UsdOf(terms, options, today)!.Value)).ToArray();
        var allowed = priced.Where(model => !(model.Usd > asked.MaxUsd)).ToArray();
        if (allowed.Length > 0) return (allowed, null);
        if (priced.Length > 0) return ([], TooDear(asked, priced.Min(model => model.Usd)));
        return ([], known.Select(terms => Refusal(terms, options, today)).FirstOrDefault() ?? new(Codes.ModelNotFound, $"The route '{asked.Model}' leads to no model."));
    }

    private static Refusal? Retired(ModelTerms terms, DateOnly today) => terms.Retires <= today
        ? new(Codes.ModelRetired, string.Create(CultureInfo.InvariantCulture, $"The model '{terms.Model}' is not made any more since {terms.Retires:yyyy-MM-dd}. Choose another one."))
        : null;

    private static Refusal TooDear(ModelTerms route, decimal leastUsd) => new(
        Codes.MaxUsdExceeded,
        string.Create(CultureInfo.InvariantCulture, $"The route '{route.Model}' makes no video that costs more than ${route.MaxUsd:0.00}, and this one costs ${leastUsd:0.00} at least. Ask for fewer seconds or another size."));
}
