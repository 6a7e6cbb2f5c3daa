namespace VideoGen.Gateway.Tests;

public sealed partial class ClusterFailureTests
{
    private static Dictionary<string, Func<Exception>> OfOrleans() => [];
}
