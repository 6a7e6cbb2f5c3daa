using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Quotas;
using VideoGen.Reports;

namespace VideoGen.Grains.Quotas;

/// <summary>One user's quota.</summary>
[GrainType(GrainNames.Quota)]
internal sealed class QuotaGrain(
    [PersistentState(GrainNames.Quota)] IPersistentState<QuotaDocument> state,
    IOptionsMonitor<QuotaOptions> options,
    IClientPlans plans,
    TimeProvider time,
    VideoGenTelemetry telemetry,
    ILogger<QuotaGrain> logger) : ReservationGrain(state, time, telemetry, logger), IQuotaGrain
{
    protected override ReservationLimits Limits
    {
        get
        {
            var plan = options.Get(plans.PlanOf(QuotaKey.OwnerOf(this.GetPrimaryKeyString()).Client));
            return new QuotaLimits(plan.VideosPerDay, plan.Cooldown);
        }
    }
}
