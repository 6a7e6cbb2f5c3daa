using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.Health;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Operator;
using VideoGen.Gateway.Pages;
using VideoGen.Gateway.Providers;
using VideoGen.Gateway.Reports;
using VideoGen.Gateway.Videos;
using VideoGen.Gateway.Webhooks;
using VideoGen.Reports;

namespace VideoGen.Gateway;

/// <summary>
/// How a host gets the door. It brings the grains (<c>IGrainFactory</c>) and the ports <c>IModelCatalogue</c>, <c>IInstallation</c>,
/// <c>IVideoFiles</c>, <c>IInputFiles</c>, <c>IRequestBook</c>, <c>IUserBook</c>, <c>ICostBook</c>, <c>IDeadLetterBook</c>, <c>ILiveBook</c>, <c>IVideoSearch</c>, <c>IOverviewBook</c>,
/// <c>IPauses</c>, <c>IReconciles</c>, <c>IWebhookClients</c>, <c>IClientKeys</c> and <c>IClientBook</c>, the plans (<c>AddPlans</c>), the <c>OperatorKey</c>, <c>ISweeps</c> where it has grains, one <see cref="IReadinessCheck"/> for each thing the service cannot
/// do without, and <see cref="IMetricsText"/> where there is to be a <c>/metrics</c>.
/// </summary>
public static class GatewayWiring
{
    /// <summary>Bytes. The longest prompt fits into the address of a quote, whatever its script: each of its characters may take twelve there.</summary>
    private const int LongestAddress = 65_536;

    /// <summary>Who sends headers slower than this holds connections, and nothing else. Bodies have Kestrel's own least rate.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds the door's services and Kestrel limits. Options: section <see cref="GatewayOptions.Section"/>.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, options) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2 * options.Value.BodyLimitBytes; // Kestrel counts the framing of chunks too; AskReader counts exactly.
            kestrel.Limits.MaxRequestLineSize = LongestAddress;
            kestrel.Limits.MaxRequestHeadersTotalSize = options.Value.HeaderLimitBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxConcurrentConnections = options.Value.MaxConnections;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<VideoGenTelemetry>();
        services.TryAddSingleton(new GrainContact { Made = true });
        services.AddSingleton<CallRates>();
        services.AddSingleton<ClientModels>();
        services.AddOrigins();
        services.AddSingleton<AsksUnderWay>();
        services.AddSingleton<VideoGrains>();
        services.AddSingleton<VideoWatch>();
        services.AddSingleton<StreamCounts>();
        services.AddSingleton<VideoEvents>();
        services.AddSingleton<VideoStop>();
        services.AddSingleton<ProviderViews>();
        services.AddSingleton<Overview>();
        services.AddSingleton<InputDownload>();
        services.AddSingleton<AskInput>();
        services.AddSingleton<AskReader>();
        services.AddDocument();
        return services;
    }

    /// <summary>
    /// Adds the door's middleware and routes. Call it before the host maps routes of its own: its checks apply to those too, and a
    /// route is for clients with a key unless it is marked <see cref="OpenToAll"/>.
    /// </summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.MapHealth();
        VideoRoutes.Map(app);
        VideoEvents.Map(app);
        NotOffered.Map(app);
        RunRoutes.Map(app);
        UserRoutes.Map(app);
        CallbackRoutes.Map(app);
        WebhookRoutes.Map(app);
        StatsRoutes.Map(app);
        CostRoutes.Map(app);
        PauseRoutes.Map(app);
        DeadLetterRoutes.Map(app);
        ReconcileRoutes.Map(app);
        KeyRoutes.Map(app);
        ClientRoutes.Map(app);
        RequestRoutes.Map(app);
        ProviderViews.Map(app);
        SweepRoutes.Map(app);
        ConfigurationRoutes.Map(app);
        Overview.Map(app);
        DocumentSetup.Map(app);
        ConsolePage.Map(app);
        return app;
    }

    /// <summary>The same for a host whose door is elsewhere: <c>/health</c> and <c>/metrics</c> alone, behind the same checks.</summary>
    public static WebApplication MapHealth(this WebApplication app)
    {
        app.UseMiddleware<HttpSpan>();
        app.UseMiddleware<RequestMarks>();
        app.UseMiddleware<FailureBoundary>();
        app.UseMiddleware<MetricsPage>();
        app.UseOrigins();
        app.UseMiddleware<AccessCheck>();
        HealthRoutes.Map(app);
        return app;
    }
}
