using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Quotas;

namespace VideoGen.Grains.Quotas;

/// <summary>One user's quota.</summary>
[GrainType(GrainNames.Quota)]
internal sealed class QuotaGrain(
    [PersistentState(GrainNames.Quota)] IPersistentState<QuotaDocument> state,
    IOptionsMonitor<QuotaOptions> options,
    TimeProvider time,
    ILogger<QuotaGrain> logger) : ReservationGrain(state, time, logger), IQuotaGrain
{
    protected override ReservationLimits Limits => new QuotaLimits(options.CurrentValue.VideosPerDay, options.CurrentValue.Cooldown);
}
