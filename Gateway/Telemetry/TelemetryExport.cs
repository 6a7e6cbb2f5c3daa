using System.Reflection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using VideoGen.Gateway.Reports;
using VideoGen.Reports;

namespace VideoGen.Gateway.Telemetry;

/// <summary>
/// Collects what this process tells of itself: metrics for <c>/metrics</c> always, traces and metrics for a collector where one is
/// configured. Started first and stopped last, so that the last span of a stopping host is sent too.
/// </summary>
internal sealed class TelemetryExport(VideoGenTelemetry telemetry, IOptions<TelemetryOptions> options, IConfiguration configuration) : IHostedService, IMetricsText, IDisposable
{
    /// <summary>How long a stopping host tries to send the rest. What a collector does not take by then is lost.</summary>
    private static readonly TimeSpan LastSend = TimeSpan.FromSeconds(2);

    private static readonly string[] Meters =
        [VideoGenTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    private readonly PrometheusReader prometheus = new();
    private MeterProvider? meters;
    private TracerProvider? traces;

    public string Collect() => prometheus.Read();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var collector = Collector.Settings(options.Value, configuration);
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(Meters).AddReader(prometheus.Reader);
        if (collector is not null)
        {
            metrics.ConfigureServices(services => services.AddSingleton(collector)).AddOtlpExporter();
            traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(Resource())
                .ConfigureServices(services => services.AddSingleton(collector))
                .AddSource(VideoGenTelemetry.Name, "Microsoft.AspNetCore")
                .AddOtlpExporter()
                .Build();
        }

        meters = metrics.Build();
        telemetry.StartAtZero();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces?.Shutdown((int)LastSend.TotalMilliseconds), CancellationToken.None),
        Task.Run(() => meters?.Shutdown((int)LastSend.TotalMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        traces?.Dispose();
        meters?.Dispose();
        prometheus.Dispose();
    }

    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say stands last, because the last wins.
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService("videogen", serviceVersion: typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
