namespace VideoGen.Silo.Tests.Architecture;

/// <summary>Where the engine is ours, it is an assembly as the others are.</summary>
public sealed partial class DependencyTests
{
    /// <summary>What the Gateway's own host refers to besides: it has nothing to put together here.</summary>
    private const string OfGatewayHost = Contract;

    [Fact]
    public void The_engine_references_nothing_of_ours() => An_assembly_references_only_those_below_it(Engine);

    [Fact]
    public void The_check_can_fail() => Assert.NotEmpty(TypesUsedBy(Host).Where(t => t.StartsWith("VideoGen.Engine", StringComparison.Ordinal)));
}
