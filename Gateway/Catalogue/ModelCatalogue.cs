using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using VideoGen.Requests;

namespace VideoGen.Gateway.Catalogue;

/// <summary>The models of this installation, from its configuration; they do not change while it runs.</summary>
internal sealed class ModelCatalogue : IModelCatalogue
{
    /// <summary>The account of the embedded provider.</summary>
    public const string LocalAccount = "local";

    /// <summary>Its option that says what it costs, US dollars for each second of video.</summary>
    public const string LocalPriceKey = "Providers:Local:UsdPerSecond";

    private const string LocalModel = "local";

    private static readonly string[] _localSizes = ["1280x720", "720x1280", "1792x1024", "1024x1792", "640x360", "320x180"];
    private static readonly int[] _localSeconds = [4, 8, 12, 1, 2];

    private readonly FrozenDictionary<string, ModelTerms> _byName;

    /// <param name="options">What is configured.</param>
    /// <param name="localUsdPerSecond">The price of the embedded provider.</param>
    /// <exception cref="OptionsValidationException">The default model is none of them.</exception>
    public ModelCatalogue(CatalogueOptions options, decimal localUsdPerSecond)
    {
        All = TermsOf(options, localUsdPerSecond);
        DefaultModel = DefaultOf(options, All) ?? throw new OptionsValidationException(
            CatalogueOptions.Section, typeof(CatalogueOptions), [$"{CatalogueOptions.Section}:DefaultModel names no model of the catalogue."]);
        _byName = All.ToFrozenDictionary(terms => terms.Model, StringComparer.Ordinal);
    }

    public string DefaultModel { get; }

    public IReadOnlyList<ModelTerms> All { get; }

    public ModelTerms? Find(string model) => _byName.GetValueOrDefault(model);

    internal static IReadOnlyList<ModelTerms> TermsOf(CatalogueOptions options, decimal localUsdPerSecond) =>
        options.Models.Count == 0
            ? [Terms(LocalModel, new ModelOptions(), localUsdPerSecond)]
            : [.. options.Models.OrderBy(model => model.Key, StringComparer.Ordinal).Select(model => Terms(model.Key, model.Value, localUsdPerSecond))];

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

    // A row that says no price is refused at start; until then it is none, and not a free one.
    private static IReadOnlyList<ModelPrice> PricesOf(ModelOptions model, decimal? otherwise) => model.Prices is { Count: > 0 } rows
        ? [.. rows.Where(row => row.UsdPerSecond is not null).Select(row => new ModelPrice(row.UsdPerSecond!.Value, row.From, row.Size))]
        : (model.UsdPerSecond ?? otherwise) is { } usd ? [new(usd)] : [];
}
