using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Providers;

/// <summary>Refuses a catalogue that could not be served, at start, in words that say what to change.</summary>
internal sealed class CatalogueCheck(IEnumerable<IVideoProvider> providers, IOptions<LocalVideosOptions> local) : IValidateOptions<CatalogueOptions>
{
    private readonly string[] _accounts = [.. providers.Select(provider => provider.Account)];

    public ValidateOptionsResult Validate(string? name, CatalogueOptions options)
    {
        var models = ModelCatalogue.TermsOf(options, local.Value.UsdPerSecond);
        var wrong = options.Models.Where(model => Unpriced(model.Value)).Select(model => $"{Key(model.Key)} has no price: set {Key(model.Key)}:UsdPerSecond (0 for a free model).")
            .Concat(models.SelectMany(WrongWith))
            .ToList();
        if (ModelCatalogue.DefaultOf(options, models) is null)
        {
            wrong.Add($"{CatalogueOptions.Section}:DefaultModel must be one of: {string.Join(", ", models.Select(model => model.Model))}.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static bool Unpriced(ModelOptions model) => model.UsdPerSecond is null && (model.Provider ?? LocalVideos.AccountName) != LocalVideos.AccountName;

    private IEnumerable<string> WrongWith(VideoGen.Requests.ModelTerms model)
    {
        if (!_accounts.Contains(model.Provider, StringComparer.Ordinal))
        {
            yield return $"{Key(model.Model)}:Provider is '{model.Provider}', which is not configured. Configured: {string.Join(", ", _accounts)}.";
        }

        if (model.UsdPerSecond is < 0 or > 1000) yield return $"{Key(model.Model)}:UsdPerSecond must be from 0 to 1000.";
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
