using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Quotas;
using VideoGen.Reports;

namespace VideoGen.Grains.Quotas;

/// <summary>One run of an agent.</summary>
[GrainType(GrainNames.AgentRun)]
internal sealed class AgentRunGrain(
    [PersistentState(GrainNames.AgentRun)] IPersistentState<QuotaDocument> state,
    IOptionsMonitor<AgentRunOptions> options,
    TimeProvider time,
    VideoGenTelemetry telemetry,
    ILogger<AgentRunGrain> logger) : ReservationGrain(state, time, telemetry, logger), IAgentRunGrain
{
    protected override ReservationLimits Limits => new RunLimits(options.CurrentValue.VideosPerRun);
}
