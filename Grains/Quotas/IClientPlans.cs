using Microsoft.Extensions.Options;

namespace VideoGen.Grains.Quotas;

/// <summary>Which plan each client has.</summary>
public interface IClientPlans
{
    /// <summary>What the default plan is called where <see cref="QuotaOptions"/> are asked for by name.</summary>
    static readonly string DefaultPlan = Options.DefaultName;

    /// <summary>
    /// The name of the client's <see cref="QuotaOptions"/>: one that is configured, else <see cref="DefaultPlan"/>. From memory, and
    /// up to a few seconds old. Never waits, never throws.
    /// </summary>
    string PlanOf(string client);
}
