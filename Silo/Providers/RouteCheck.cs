using VideoGen.Gateway.Catalogue;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers;

/// <summary>What is wrong with a route of the catalogue.</summary>
internal static class RouteCheck
{
    /// <summary>So many providers one video may wait for, one after another.</summary>
    public const int MaxStops = 5;

    /// <param name="key">The route's section.</param>
    /// <param name="name">Its public name.</param>
    /// <param name="options">The whole catalogue.</param>
    /// <param name="models">What came of it.</param>
    public static IEnumerable<string> WrongWith(string key, string name, CatalogueOptions options, IReadOnlyList<ModelTerms> models)
    {
        var route = options.Models[name];
        var stops = route.Route!;
        if (stops.Count is 0 or > MaxStops) yield return $"{key}:Route must name 1 to {MaxStops} models.";
        if (stops.Distinct(StringComparer.Ordinal).Count() < stops.Count) yield return $"{key}:Route names a model twice.";
        foreach (var stop in stops.Where(stop => options.Models.GetValueOrDefault(stop) is not { Route: null }))
        {
            yield return options.Models.ContainsKey(stop)
                ? $"{key}:Route has '{stop}', which is a route itself: name its models."
                : $"{key}:Route has '{stop}', which is no model of the catalogue.";
        }

        if (route is not { Provider: null, ProviderModel: null, UsdPerSecond: null, Prices: null or { Count: 0 }, Sizes: null, Seconds: null })
        {
            yield return $"{key} is a route: Provider, ProviderModel, prices, Sizes and Seconds are those of its models. Remove them here.";
        }

        if (route.MaxUsd <= 0) yield return $"{key}:MaxUsd must be above 0.";
        if (models.FirstOrDefault(terms => terms.Model == name) is not { Route.Count: > 0 } terms) yield break;
        if (terms.Sizes.Count == 0) yield return $"{key}:Route has models that offer no size in common.";
        if (terms.Seconds.Count == 0) yield return $"{key}:Route has models that offer no length in common.";
    }
}
