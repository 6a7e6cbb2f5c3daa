using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;

namespace VideoGen.Grains.Requests;

/// <summary>Everything outside that a request's grain uses.</summary>
internal sealed record RequestPorts(
    IGrainFactory Grains,
    IModelCatalogue Catalogue,
    IVideoProviders Providers,
    IVideoSaver Saver,
    IVideoFiles Files,
    IJobBook Jobs,
    IPreventedPayments Prevented,
    IInstallation Installation,
    INonces Nonces,
    IHostState Host,
    IOptionsMonitor<RequestOptions> Options,
    TimeProvider Time,
    VideoGenTelemetry Telemetry);
