using VideoGen.Grains.Webhooks;

namespace VideoGen.Silo.Webhooks;

/// <summary>Registers the way to clients' webhooks.</summary>
internal static class WebhooksSetup
{
    public static IServiceCollection AddClientWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhooksOptions>().Bind(configuration.GetSection(WebhooksOptions.Section));
        services.AddSingleton<WebhookPost>();
        return services.AddSingleton<IClientNews, ClientWebhooks>();
    }
}
