using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Catalogue;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Providers;

/// <summary>Registers the providers and the catalogue.</summary>
internal static class ProviderSetup
{
    public static IServiceCollection AddVideoProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLocalVideos(configuration);
        services.AddProviderAccounts(configuration);
        services.AddCatalogueOptions(configuration).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CatalogueOptions>, CatalogueCheck>();
        services.AddSingleton<IModelCatalogue>(s => new ModelCatalogue(
            s.GetRequiredService<IOptions<CatalogueOptions>>().Value, s.GetRequiredService<IOptions<LocalVideosOptions>>().Value.UsdPerSecond));
        services.AddSingleton<IVideoProviders, VideoProviders>();
        services.AddHostedService<ModelRetirement>();
        return services;
    }

    private static void AddLocalVideos(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LocalVideosOptions>().Bind(configuration.GetSection(LocalVideosOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalVideosOptions>, FailWordsCheck>();
        services.AddSingleton(provider => new JobFolder(FolderOf(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RequestLog(Path.Combine(FolderOf(provider), "requests.log")));
        services.AddSingleton<LocalLog>();
        services.AddSingleton<RenderTools>();
        services.AddSingleton<OldJobs>();
        services.AddSingleton<LocalRenders>();
        services.AddHostedService(provider => provider.GetRequiredService<LocalRenders>());
        services.AddSingleton<LocalVideos>();
        services.AddSingleton<IVideoProvider>(provider => provider.GetRequiredService<LocalVideos>());
        services.AddSingleton<IVideoSource>(provider => provider.GetRequiredService<LocalVideos>());
    }

    private static string FolderOf(IServiceProvider provider) =>
        Path.GetFullPath(provider.GetRequiredService<IOptions<LocalVideosOptions>>().Value.Folder);
}
