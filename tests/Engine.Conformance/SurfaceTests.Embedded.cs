namespace VideoGen.Engine.Conformance;

/// <summary>
/// What the engine exposes under Orleans.* must stand in Engine/OrleansSurface.txt, the signatures of the official
/// assemblies: else grains could come to use what Orleans does not have.
/// </summary>
public sealed class SurfaceTests
{
    [Fact]
    public void Nothing_under_Orleans_is_our_own_invention()
    {
        var official = Surface.Official().ToHashSet(StringComparer.Ordinal);
        var exposed = typeof(EmbeddedEngine).Assembly.GetExportedTypes()
            .Where(type => type.Namespace!.StartsWith("Orleans", StringComparison.Ordinal))
            .SelectMany(Surface.Lines)
            .ToList();
        Assert.True(exposed.Count > 150);
        Assert.Equal([], exposed.Except(official, StringComparer.Ordinal));
    }
}
