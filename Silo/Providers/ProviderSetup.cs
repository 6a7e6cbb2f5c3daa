using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage.Settings;

namespace VideoGen.Silo.Providers;

/// <summary>Registers the providers and the catalogue.</summary>
internal static class ProviderSetup
{
    public static IServiceCollection AddVideoProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCheckedCatalogue(configuration);
        services.AddLocalVideos();
        services.AddSingleton<VideoProviders>();
        services.AddSingleton<IVideoProviders>(s => s.GetRequiredService<VideoProviders>());
        services.AddSingleton<IVideoSources>(s => s.GetRequiredService<VideoProviders>());
        services.AddSingleton(s => new ModelCatalogue(
            s.GetRequiredService<IOptions<CatalogueOptions>>().Value, s.GetRequiredService<IOptions<LocalVideosOptions>>().Value.UsdPerSecond));
        services.AddSingleton<IModelCatalogue>(s => s.GetRequiredService<ModelCatalogue>());
        services.AddHostedService<ModelRetirement>();
        services.AddSingleton<AccountWatch>();
        services.AddHostedService(s => s.GetRequiredService<AccountWatch>());

        // The accounts before the models that they serve.
        services.AddSingleton(s => new LiveSettings(AccountSettings.Section, () => s.GetRequiredService<VideoProviders>().Apply(AccountsSection.Read(configuration))));
        services.AddSingleton(s => new LiveSettings(CatalogueOptions.Section, () => s.GetRequiredService<ModelCatalogue>().Apply(CatalogueSection.Read(configuration))));
        return services;
    }

    /// <summary>The options of accounts and models, each checked at start.</summary>
    public static IServiceCollection AddCheckedCatalogue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LocalVideosOptions>().Bind(configuration.GetSection(LocalVideosOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalVideosOptions>, FailWordsCheck>();
        services.AddAccountsOptions(configuration).ValidateOnStart();
        services.AddCatalogueOptions(configuration).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<CatalogueOptions>, CatalogueCheck>();
    }

    private static void AddLocalVideos(this IServiceCollection services)
    {
        services.AddSingleton(provider => new JobFolder(FolderOf(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RequestLog(Path.Combine(FolderOf(provider), "requests.log")));
        services.AddSingleton<LocalLog>();
        services.AddSingleton<RenderTools>();
        services.AddSingleton<OldJobs>();
        services.AddSingleton<LocalRenders>();
        services.AddHostedService(provider => provider.GetRequiredService<LocalRenders>());
        services.AddSingleton<LocalVideos>();
    }

    private static string FolderOf(IServiceProvider provider) =>
        Path.GetFullPath(provider.GetRequiredService<IOptions<LocalVideosOptions>>().Value.Folder);
}
