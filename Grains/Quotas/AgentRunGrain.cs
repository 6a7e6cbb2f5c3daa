using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Quotas;

namespace VideoGen.Grains.Quotas;

/// <summary>One run of an agent.</summary>
[GrainType(GrainNames.AgentRun)]
internal sealed class AgentRunGrain(
    [PersistentState(GrainNames.AgentRun)] IPersistentState<QuotaDocument> state,
    IOptionsMonitor<AgentRunOptions> options,
    TimeProvider time,
    ILogger<AgentRunGrain> logger) : ReservationGrain(state, time, logger), IAgentRunGrain
{
    protected override ReservationLimits Limits => new RunLimits(options.CurrentValue.VideosPerRun);
}
