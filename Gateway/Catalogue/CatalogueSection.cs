using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Catalogue;

/// <summary>Reads section <c>Catalogue</c>. By itself the binder leaves out what it cannot read: a model, or a price, would be gone without a word.</summary>
internal static class CatalogueSection
{
    /// <summary>Options of which a value that cannot be read, or a name that means nothing, is refused by name.</summary>
    public static OptionsBuilder<CatalogueOptions> AddCatalogueOptions(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton<IValidateOptions<CatalogueOptions>, DefaultModelCheck>()
            .AddOptions<CatalogueOptions>().Configure(options => Read(configuration.GetSection(CatalogueOptions.Section), options));

    /// <summary>What the section says now.</summary>
    /// <exception cref="OptionsValidationException">It cannot be read; the message says what.</exception>
    public static CatalogueOptions Read(IConfiguration configuration)
    {
        var options = new CatalogueOptions();
        Read(configuration.GetSection(CatalogueOptions.Section), options);
        return options;
    }

    private static void Read(IConfigurationSection section, CatalogueOptions options)
    {
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException wrong)
        {
            // The outer ones say that something is wrong, the inner one what and where.
            while (wrong.InnerException is InvalidOperationException inner) wrong = inner;
            throw new OptionsValidationException(CatalogueOptions.Section, typeof(CatalogueOptions), [wrong.Message]);
        }
    }

    private sealed class DefaultModelCheck : IValidateOptions<CatalogueOptions>
    {
        public ValidateOptionsResult Validate(string? name, CatalogueOptions options)
        {
            var models = ModelCatalogue.TermsOf(options, localUsdPerSecond: 0);
            return ModelCatalogue.DefaultOf(options, models) is null
                ? ValidateOptionsResult.Fail($"{CatalogueOptions.Section}:{nameof(options.DefaultModel)} must be one of: {string.Join(", ", models.Select(model => model.Model))}.")
                : ValidateOptionsResult.Success;
        }
    }
}
