namespace VideoGen.Silo.Tests.Architecture;

/// <summary>Where the grains may be in other processes, the Gateway is a host of its own.</summary>
public sealed partial class DependencyTests
{
    /// <summary>What the Gateway's own host refers to besides: in one file of it, see below.</summary>
    private const string OfGatewayHost = Storage;
}
