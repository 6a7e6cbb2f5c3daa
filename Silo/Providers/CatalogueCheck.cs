using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Providers;

/// <summary>Refuses a catalogue that could not be served, at start, in words that say what to change.</summary>
internal sealed class CatalogueCheck(IEnumerable<IVideoProvider> providers, IOptions<LocalVideosOptions> local) : IValidateOptions<CatalogueOptions>
{
    private const int MaxProviderModel = 128;

    private readonly string[] _accounts = [.. providers.Select(provider => provider.Account)];

    public ValidateOptionsResult Validate(string? name, CatalogueOptions options)
    {
        var models = ModelCatalogue.TermsOf(options, local.Value.UsdPerSecond);
        var wrong = options.Models.OrderBy(model => model.Key, StringComparer.Ordinal)
            .SelectMany(model => model.Value.Route is null ? PriceCheck.WrongWith(Key(model.Key), model.Value) : RouteCheck.WrongWith(Key(model.Key), model.Key, options, models))
            .Concat(options.Models.Where(model => model.Value is { Route: null, MaxUsd: not null }).Select(model => $"{Key(model.Key)}:MaxUsd is for a route: remove it, or set {Key(model.Key)}:Route."))
            .Concat(models.Where(terms => options.Models.GetValueOrDefault(terms.Model)?.Route is null).SelectMany(WrongWith))
            .ToList();
        if (ModelCatalogue.DefaultOf(options, models) is null)
        {
            wrong.Add($"{CatalogueOptions.Section}:DefaultModel must be one of: {string.Join(", ", models.Select(model => model.Model))}.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private IEnumerable<string> WrongWith(VideoGen.Requests.ModelTerms model)
    {
        if (!_accounts.Contains(model.Provider, StringComparer.Ordinal))
        {
            yield return $"{Key(model.Model)}:Provider is '{model.Provider}', which is not configured. Configured: {string.Join(", ", _accounts)}.";
        }

        if (model.ProviderModel.Length is 0 or > MaxProviderModel) yield return $"{Key(model.Model)}:ProviderModel must have 1 to {MaxProviderModel} characters.";
        foreach (var price in model.Prices.Where(price => price.Size is not null && !model.Sizes.Contains(price.Size, StringComparer.Ordinal)))
        {
            yield return $"{Key(model.Model)}:Prices has a price for '{price.Size}', which is none of its sizes: {string.Join(", ", model.Sizes)}.";
        }

        if (model.Sizes.Count == 0) yield return $"{Key(model.Model)}:Sizes is empty: name at least one size.";
        if (model.Seconds.Count == 0) yield return $"{Key(model.Model)}:Seconds is empty: name at least one length.";
        foreach (var size in model.Sizes.Where(size => !VideoSize.TryParse(size, out _)))
        {
            yield return $"{Key(model.Model)}:Sizes has '{size}': {VideoSize.Rule}.";
        }

        foreach (var seconds in model.Seconds.Where(seconds => seconds is < 1 or > 600))
        {
            yield return $"{Key(model.Model)}:Seconds has {seconds}: a length is from 1 to 600 seconds.";
        }
    }

    private static string Key(string model) => $"{CatalogueOptions.Section}:Models:{model}";
}
