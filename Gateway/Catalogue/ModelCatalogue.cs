using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using VideoGen.Requests;

namespace VideoGen.Gateway.Catalogue;

/// <summary>The models of this installation, from its configuration. They change when changed settings are taken over, all at once.</summary>
internal sealed class ModelCatalogue : IModelCatalogue
{
    /// <summary>The account of the embedded provider.</summary>
    public const string LocalAccount = "local";

    /// <summary>Its option that says what it costs, US dollars for each second of video.</summary>
    public const string LocalPriceKey = "Providers:Local:UsdPerSecond";

    private const string LocalModel = "local";

    private static readonly string[] _localSizes = ["1280x720", "720x1280", "1792x1024", "1024x1792", "640x360", "320x180"];
    private static readonly int[] _localSeconds = [4, 8, 12, 1, 2];

    private readonly decimal _localUsdPerSecond;
    private volatile Models _now;

    /// <param name="options">What is configured, and was validated.</param>
    /// <param name="localUsdPerSecond">The price of the embedded provider.</param>
    public ModelCatalogue(CatalogueOptions options, decimal localUsdPerSecond)
    {
        _localUsdPerSecond = localUsdPerSecond;
        _now = new(options, localUsdPerSecond);
    }

    public string DefaultModel => _now.Default;

    public IReadOnlyList<ModelTerms> All => _now.All;

    public ModelTerms? Find(string model) => _now.ByName.GetValueOrDefault(model);

    /// <summary>From now on these are the models; who has terms of one before goes on with those.</summary>
    /// <param name="options">What is configured, and was validated.</param>
    public void Apply(CatalogueOptions options) => _now = new(options, _localUsdPerSecond);

    private sealed class Models
    {
        public Models(CatalogueOptions options, decimal localUsdPerSecond)
        {
            All = TermsOf(options, localUsdPerSecond);
            Default = DefaultOf(options, All) ?? throw new ArgumentException("The default model was not validated.", nameof(options));
            ByName = All.ToFrozenDictionary(terms => terms.Model, StringComparer.Ordinal);
        }

        public IReadOnlyList<ModelTerms> All { get; }

        public string Default { get; }

        public FrozenDictionary<string, ModelTerms> ByName { get; }
    }

    internal static IReadOnlyList<ModelTerms> TermsOf(CatalogueOptions options, decimal localUsdPerSecond)
    {
        if (options.Models.Count == 0) return [Terms(LocalModel, new ModelOptions(), localUsdPerSecond)];
        var models = options.Models.Where(model => model.Value.Route is null).Select(model => Terms(model.Key, model.Value, localUsdPerSecond)).ToArray();
        var routes = options.Models.Where(model => model.Value.Route is not null).Select(route => RouteTerms(route.Key, route.Value, models));
        return [.. models.Concat(routes).OrderBy(terms => terms.Model, StringComparer.Ordinal)];
    }

    internal static string? DefaultOf(CatalogueOptions options, IReadOnlyList<ModelTerms> models)
    {
        var wanted = options.DefaultModel ?? (models.Count == 1 ? models[0].Model : LocalModel);
        return models.Any(model => model.Model == wanted) ? wanted : null;
    }

    private static ModelTerms Terms(string name, ModelOptions model, decimal localUsdPerSecond)
    {
        var provider = model.Provider ?? LocalAccount;
        var isLocal = provider == LocalAccount;
        var prices = PricesOf(model, isLocal ? localUsdPerSecond : null);
        return new(
            name,
            provider,
            prices,
            model.CountsAgainstQuota ?? prices.Any(price => price.UsdPerSecond > 0),
            model.Sizes ?? (isLocal ? _localSizes : []),
            model.Seconds ?? (isLocal ? _localSeconds : []),
            Remixes: isLocal,
            TakesInput: isLocal)
        {
            ProviderModel = model.ProviderModel ?? name,
            Retires = model.Retires,
        };
    }

    private static ModelTerms RouteTerms(string name, ModelOptions route, ModelTerms[] models)
    {
        var stops = route.Route!.Select(stop => Array.Find(models, terms => terms.Model == stop)).OfType<ModelTerms>().ToArray();
        return new(
            name,
            Provider: "",
            Prices: [],
            route.CountsAgainstQuota ?? Array.Exists(stops, stop => stop.CountsAgainstQuota),
            InCommon(stops, stop => stop.Sizes),
            InCommon(stops, stop => stop.Seconds),
            Remixes: stops.Length > 0 && Array.TrueForAll(stops, stop => stop.Remixes),
            TakesInput: stops.Length > 0 && Array.TrueForAll(stops, stop => stop.TakesInput))
        {
            Retires = route.Retires,
            Route = [.. stops.Select(stop => stop.Model)],
            MaxUsd = route.MaxUsd,
        };
    }

    // In the order of the first.
    private static T[] InCommon<T>(ModelTerms[] stops, Func<ModelTerms, IReadOnlyList<T>> offered) =>
        stops.Length == 0 ? [] : [.. offered(stops[0]).Where(one => Array.TrueForAll(stops, stop => offered(stop).Contains(one)))];

    // A row that says no price is refused at start; until then it is none, and not a free one.
    private static IReadOnlyList<ModelPrice> PricesOf(ModelOptions model, decimal? otherwise) => model.Prices is { Count: > 0 } rows
        ? [.. rows.Where(row => row.UsdPerSecond is not null).Select(row => new ModelPrice(row.UsdPerSecond!.Value, row.From, row.Size))]
        : (model.UsdPerSecond ?? otherwise) is { } usd ? [new(usd)] : [];
}
