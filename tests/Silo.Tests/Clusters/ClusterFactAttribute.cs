using Xunit.Abstractions;
using Xunit.Sdk;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>A test with real silos, which need a build for Orleans: skipped unless it was made. <c>--filter Category=Cluster</c> finds it.</summary>
[TraitDiscoverer("VideoGen.Silo.Tests.Clusters." + nameof(ClusterTrait), "VideoGen.Silo.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterFactAttribute : FactAttribute, ITraitAttribute
{
    public ClusterFactAttribute() => Skip = ClusterTrait.WhyNot;
}

/// <summary>The same with data.</summary>
[TraitDiscoverer("VideoGen.Silo.Tests.Clusters." + nameof(ClusterTrait), "VideoGen.Silo.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public ClusterTheoryAttribute() => Skip = ClusterTrait.WhyNot;
}

/// <summary>Category=Cluster.</summary>
public sealed class ClusterTrait : ITraitDiscoverer
{
    /// <summary>Set to 1 by who has built the host for Orleans.</summary>
    public const string Switch = "VIDEOGEN_ORLEANS";

    /// <summary>Why tests with silos are skipped; null where they run.</summary>
    internal static string? WhyNot =>
        Environment.GetEnvironmentVariable(Switch) == "1" ? null : $"It needs the host built for Orleans: ./test --cluster builds it and sets {Switch}=1.";

    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) => [new("Category", "Cluster")];
}

/// <summary>One cluster after the other: each takes all the cores there are.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneClusterAtATime
{
    public const string Name = "Clusters";
}
