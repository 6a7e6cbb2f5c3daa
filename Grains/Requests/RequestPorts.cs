using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Webhooks;
using VideoGen.Providers;
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
    IPauses Pauses,
    IInstallation Installation,
    INonces Nonces,
    IOperatorNews News,
    IClientNews ClientNews,
    IHostState Host,
    IOptionsMonitor<RequestOptions> Options,
    IOptionsMonitor<BudgetOptions> Budgets,
    IOptionsMonitor<SpendOptions> Spending,
    IClientPlans Plans,
    TimeProvider Time,
    VideoGenTelemetry Telemetry)
{
    /// <summary>The way to the money ledger.</summary>
    public IBudgetGrain Budget => Grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key);

    /// <summary>The line in front of a provider account.</summary>
    public IProviderGrain LineOf(string account) => Grains.GetGrain<IProviderGrain>(ProviderKey.For(account));

    /// <summary>When the spend breaker trips for this owner.</summary>
    public SpendLimits SpendLimitsOf(Owner owner) => Spending.CurrentValue.LimitsOf(Budgets.Get(Plans.PlanOf(owner.Client)));

    /// <summary>Whatever a round must reserve of. The run first: its no is the one that helps an agent.</summary>
    public IReservations[] ReservationsOf(Owner owner, string? run)
    {
        var quota = Grains.GetGrain<IQuotaGrain>(QuotaKey.For(owner.ToString()));
        return run is null ? [quota] : [Grains.GetGrain<IAgentRunGrain>(AgentRunKey.For(owner, run)), quota];
    }

    /// <summary>One more payment that did not happen.</summary>
    public void CountPrevented(Owner owner, string model, PreventedKind kind, decimal usd)
    {
        Prevented.Count(owner, model, kind, usd);
        Telemetry.PaymentPrevented(kind, usd);
    }

    /// <summary>The same for an ask that is answered with a video, or an ending, that was there before it.</summary>
    public Dedup CountPrevented(VideoView known, decimal usd)
    {
        var (kind, dedup) = known.Status switch
        {
            VideoStatus.Failed => (PreventedKind.RefusedRetry, Dedup.Replayed),
            VideoStatus.Completed => (PreventedKind.Replayed, Dedup.Replayed),
            _ => (PreventedKind.Joined, Dedup.Joined),
        };
        CountPrevented(known.Owner, known.Options.Model, kind, usd);
        return dedup;
    }
}
