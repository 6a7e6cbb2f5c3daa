using VideoGen.Gateway.Catalogue;

namespace VideoGen.Silo.Providers;

/// <summary>What is wrong with the prices that a model's configuration says.</summary>
internal static class PriceCheck
{
    private const decimal MostUsdPerSecond = 1000;

    /// <param name="key">The model's section.</param>
    /// <param name="model">What stands there.</param>
    public static IEnumerable<string> WrongWith(string key, ModelOptions model)
    {
        var isLocal = (model.Provider ?? ModelCatalogue.LocalAccount) == ModelCatalogue.LocalAccount;
        if (model is { UsdPerSecond: null, Prices: null or { Count: 0 } } && !isLocal) yield return $"{key} has no price: set {key}:UsdPerSecond (0 for a free model), or {key}:Prices.";
        if (model is { UsdPerSecond: not null, Prices.Count: > 0 }) yield return $"{key} has both UsdPerSecond and Prices: remove one of them, or nobody knows what it costs.";
        if (!IsPrice(model.UsdPerSecond ?? 0)) yield return $"{key}:UsdPerSecond must be from 0 to {MostUsdPerSecond}.";
        var rows = model.Prices ?? [];
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].UsdPerSecond is not { } usd) yield return $"{key}:Prices:{i}:UsdPerSecond is missing: set it (0 for free).";
            else if (!IsPrice(usd)) yield return $"{key}:Prices:{i}:UsdPerSecond must be from 0 to {MostUsdPerSecond}.";
        }

        foreach (var same in rows.GroupBy(row => (row.From, row.Size)).Where(group => group.Count() > 1))
        {
            yield return $"{key}:Prices has two prices for {same.Key.Size ?? "all sizes"} from {same.Key.From?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "the beginning"} on: remove one of them.";
        }
    }

    private static bool IsPrice(decimal usd) => usd is >= 0 and <= MostUsdPerSecond;
}
