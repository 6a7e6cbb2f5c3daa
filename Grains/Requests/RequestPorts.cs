using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Grains.Providers;
using VideoGen.Quotas;
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
    VideoGenTelemetry Telemetry)
{
    /// <summary>Whatever a round must reserve of. The run first: its no is the one that helps an agent.</summary>
    public IReservations[] ReservationsOf(Owner owner, string? run)
    {
        var quota = Grains.GetGrain<IQuotaGrain>(QuotaKey.For(owner.ToString()));
        return run is null ? [quota] : [Grains.GetGrain<IAgentRunGrain>(AgentRunKey.For(owner, run)), quota];
    }

    /// <summary>One more payment that did not happen.</summary>
    public void CountPrevented(Owner owner, PreventedKind kind, decimal usd)
    {
        Prevented.Count(owner, kind, usd);
        Telemetry.PaymentPrevented(kind, usd);
    }
}
