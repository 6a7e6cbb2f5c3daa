using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>The plans that the configuration had when the host started.</summary>
internal sealed class PlanNames(IConfiguration configuration)
{
    public IReadOnlyList<string> All { get; } = [.. configuration.GetSection(ClientPlan.Section).GetChildren().Select(plan => plan.Key)];

    public bool Contains(string plan) => All.Contains(plan, StringComparer.Ordinal);

    /// <summary>The plan in force for a client that is said to have this one; null for the default one, also where it is not configured.</summary>
    public string? InForce(string? said) => said is not null && said != ClientPlan.Default && Contains(said) ? said : null;

    /// <summary>The plans for a sentence.</summary>
    public override string ToString() => string.Join(", ", [.. All, ClientPlan.Default]);
}
