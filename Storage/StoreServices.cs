using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.S3;

namespace VideoGen.Storage;

/// <summary>Where a host keeps videos and the pictures that guide them. <see cref="StorageStart"/> checks it.</summary>
public static class StoreServices
{
    /// <summary>Adds both stores: in a bucket where section <see cref="S3StoreOptions.Section"/> says so, else in folders.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services, IConfiguration configuration) => S3StoreOptions.IsSaid(configuration)
        ? services.AddBucket(configuration)
        : services.AddVideoFolder(configuration).AddInputFolder(configuration.GetValue<string>(DataFolder.InputsKey)!);

    /// <summary>Adds the store of pictures that guide videos as files.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="folder">See <see cref="FileInputStore"/>.</param>
    public static IServiceCollection AddInputFolder(this IServiceCollection services, string folder)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IInputStore>(s => new FileInputStore(Path.GetFullPath(folder), s.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<IInputFiles>(s => s.GetRequiredService<IInputStore>());
    }

    /// <summary>Adds the store of videos as files. Options: section <see cref="StoreOptions.Section"/>.</summary>
    public static IServiceCollection AddVideoFolder(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStoreOptions(configuration);
        services.AddSingleton<IVideoStore, FileVideoStore>();
        return services.AddSingleton<IVideoFiles>(s => s.GetRequiredService<IVideoStore>());
    }

    /// <summary>Adds both stores in one bucket. Options: section <see cref="S3StoreOptions.Section"/>.</summary>
    public static IServiceCollection AddBucket(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStoreOptions(configuration);
        services.AddOptions<S3StoreOptions>().Bind(configuration.GetSection(S3StoreOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<S3StoreOptions>>(new S3StoreCheck(configuration));
        services.AddSingleton(s => s.GetRequiredService<IOptions<S3StoreOptions>>().Value);
        services.AddSingleton<S3Bucket>();
        services.AddSingleton<IVideoStore, S3VideoStore>();
        services.AddSingleton<IVideoFiles>(s => s.GetRequiredService<IVideoStore>());
        services.AddSingleton<IInputStore, S3InputStore>();
        return services.AddSingleton<IInputFiles>(s => s.GetRequiredService<IInputStore>());
    }

    private static void AddStoreOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<StoreOptions>().Bind(configuration.GetSection(StoreOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(s => s.GetRequiredService<IOptions<StoreOptions>>().Value);
        services.AddSingleton<MediaBook>();
    }
}
