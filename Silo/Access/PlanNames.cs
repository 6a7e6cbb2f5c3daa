using System.Text.RegularExpressions;
using VideoGen.Grains.Quotas;

namespace VideoGen.Silo.Access;

/// <summary>The plans that the configuration had when the host started.</summary>
internal sealed partial class PlanNames(IConfiguration configuration)
{
    /// <summary>What people call the plan that every client has by itself: section <c>Quotas</c>.</summary>
    public const string Default = "default";

    public IReadOnlyList<string> All { get; } = [.. configuration.GetSection(QuotaOptions.PlansSection).GetChildren().Select(plan => plan.Key)];

    public bool Contains(string plan) => All.Contains(plan, StringComparer.Ordinal);

    public static bool IsPlan(string name) => name != Default && Names().IsMatch(name);

    /// <summary>The plans for a sentence.</summary>
    public override string ToString() => string.Join(", ", [.. All, Default]);

    [GeneratedRegex(@"\A[a-z0-9_-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
