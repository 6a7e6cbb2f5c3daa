using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Providers;

/// <summary>Refuses a catalogue that could not be served, at start, in words that say what to change.</summary>
internal sealed class CatalogueCheck(IOptions<AccountsOptions> accounts, IOptions<LocalVideosOptions> local) : IValidateOptions<CatalogueOptions>
{
    private const int MaxProviderModel = 128;

    private IEnumerable<string> Accounts => [ModelCatalogue.LocalAccount, .. accounts.Value.ByName.Keys];

    public ValidateOptionsResult Validate(string? name, CatalogueOptions options)
    {
        try
        {
            return WrongWith(options) is { Count: > 0 } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
        }
        catch (OptionsValidationException)
        {
            return ValidateOptionsResult.Skip; // Without accounts nothing can be said of models, and what is wrong with accounts is said by their own check.
        }
    }

    private List<string> WrongWith(CatalogueOptions options)
    {
        var models = ModelCatalogue.TermsOf(options, local.Value.UsdPerSecond);
        return options.Models.OrderBy(model => model.Key, StringComparer.Ordinal)
            .SelectMany(model => model.Value.Route is null ? PriceCheck.WrongWith(Key(model.Key), model.Value) : RouteCheck.WrongWith(Key(model.Key), model.Key, options, models))
            .Concat(options.Models.Where(model => model.Value is { Route: null, MaxUsd: not null }).Select(model => $"{Key(model.Key)}:MaxUsd is for a route: remove it, or set {Key(model.Key)}:Route."))
            .Concat(models.Where(terms => options.Models.GetValueOrDefault(terms.Model)?.Route is null).SelectMany(WrongWith))
            .ToList();
    }

    private IEnumerable<string> WrongWith(VideoGen.Requests.ModelTerms model)
    {
        if (!Accounts.Contains(model.Provider, StringComparer.Ordinal))
        {
            yield return $"{Key(model.Model)}:Provider is '{model.Provider}', which is not configured. Configured: {string.Join(", ", Accounts)}.";
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
