using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>Registers what saves videos. The host registers the store itself, and <see cref="MediaSweep"/>.</summary>
internal static class MediaSetup
{
    public static IServiceCollection AddMedia(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MediaOptions>().Bind(configuration.GetSection(MediaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<StoreOptions>, RetentionCheck>();
        services.AddSingleton<Workbench>();
        services.AddSingleton<VideoIntake>();
        services.AddSingleton<MediaTools>();
        services.AddSingleton<VideoProbe>();
        services.AddSingleton<Faststart>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<IVideoSaver, VideoSaver>();
        return services;
    }
}

/// <summary>Refuses, at start, to remove videos that a prompt is still answered with.</summary>
internal sealed class RetentionCheck(IOptions<RequestOptions> requests) : IValidateOptions<StoreOptions>
{
    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var least = requests.Value.Window + requests.Value.WindowMargin;
        return options.RetainFor < least
            ? ValidateOptionsResult.Fail(
                $"{StoreOptions.Section}:{nameof(StoreOptions.RetainFor)} ({options.RetainFor}) must be at least {least}, in which the same prompt is answered with its video, or be left out to keep videos until they are deleted.")
            : ValidateOptionsResult.Success;
    }
}
