using System.Collections.Concurrent;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Grains.Quotas;

namespace VideoGen.Silo.Access;

/// <summary>The plans of clients as the keys say them, as far as they are configured.</summary>
internal sealed partial class ClientPlans(IClientKeys keys, PlanNames configured, ILogger<ClientPlans> logger) : IClientPlans
{
    private readonly ConcurrentDictionary<string, string> unknown = new(StringComparer.Ordinal); // Bounded by the clients there are.

    public string PlanOf(string client)
    {
        if (keys.Latest.PlanOf(client) is not { } plan || plan == ClientPlan.Default) return IClientPlans.DefaultPlan;
        if (configured.InForce(plan) is not null) return plan;

        // A plan that is gone from the configuration must not mean no limit. Said once for each client and plan.
        if (unknown.GetValueOrDefault(client) != plan) LogUnknownPlan(client, plan);
        unknown[client] = plan;
        return IClientPlans.DefaultPlan;
    }

    [LoggerMessage(1, LogLevel.Warning, "Client {Client} has plan {Plan}, which is not configured: the limits of section Quotas hold for it")]
    private partial void LogUnknownPlan(string client, string plan);
}
