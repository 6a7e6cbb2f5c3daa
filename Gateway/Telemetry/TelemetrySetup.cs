using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Reports;
using VideoGen.Reports;

namespace VideoGen.Gateway.Telemetry;

/// <summary>Composition of what the process tells of itself.</summary>
internal static class TelemetrySetup
{
    /// <param name="services">Where it is added, before everything that has something to tell.</param>
    /// <param name="configuration">With section <see cref="TelemetryOptions.Section"/> and OpenTelemetry's own settings.</param>
    /// <param name="activations">How many grains the engine has in memory; null in a process without grains.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, int>? activations)
    {
        services.AddOptions<TelemetryOptions>().Bind(configuration.GetSection(TelemetryOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>>(new CollectorCheck(configuration));
        services.AddSingleton(provider => new VideoGenTelemetry(provider.GetRequiredService<IMeterFactory>()) { ActivationCount = activations is null ? null : () => activations(provider) });
        services.AddSingleton<TelemetryExport>();
        services.AddSingleton<IMetricsText>(provider => provider.GetRequiredService<TelemetryExport>());
        return services.AddHostedService(provider => provider.GetRequiredService<TelemetryExport>());
    }

    private sealed class CollectorCheck(IConfiguration configuration) : IValidateOptions<TelemetryOptions>
    {
        public ValidateOptionsResult Validate(string? name, TelemetryOptions options) =>
            Collector.Trouble(options, configuration) is { } trouble ? ValidateOptionsResult.Fail(trouble) : ValidateOptionsResult.Success;
    }
}
