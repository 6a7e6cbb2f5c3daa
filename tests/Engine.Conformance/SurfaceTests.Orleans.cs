using System.Reflection;

namespace VideoGen.Engine.Conformance;

/// <summary>
/// What stands in Engine/OrleansSurface.txt must be in the official assemblies, with that signature: it is what the embedded engine may
/// expose, and so what grains may use.
/// </summary>
public sealed class SurfaceTests
{
    /// <summary>Lines of the file that came with a version; one that is older does not have them.</summary>
    private static readonly Dictionary<string, Version> Since = new(StringComparer.Ordinal)
    {
        ["Orleans.Hosting.ReminderOptions ReminderLoadingWindow TimeSpan"] = new(10, 4),
        ["Orleans.Storage.IGrainStorage ClearStateAsync`1(String,GrainId,IGrainState<T>,CancellationToken) Task"] = new(10, 4),
        ["Orleans.Storage.IGrainStorage ReadStateAsync`1(String,GrainId,IGrainState<T>,CancellationToken) Task"] = new(10, 4),
        ["Orleans.Storage.IGrainStorage WriteStateAsync`1(String,GrainId,IGrainState<T>,CancellationToken) Task"] = new(10, 4),
    };

    [Fact]
    public void Every_line_is_in_the_official_assemblies_or_in_a_version_that_is_newer_than_this_one()
    {
        var types = Directory.GetFiles(AppContext.BaseDirectory, "Orleans*.dll")
            .SelectMany(file => Assembly.Load(AssemblyName.GetAssemblyName(file)).GetExportedTypes())
            .Where(type => type.Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true)
            .ToLookup(type => type.FullName!, StringComparer.Ordinal);
        var lines = Surface.Official();
        var there = lines.Select(line => line.Split(' ')[0]).Distinct(StringComparer.Ordinal)
            .SelectMany(name => types[name]).SelectMany(Surface.AllLines).ToHashSet(StringComparer.Ordinal);

        Assert.True(lines.Count > 250);
        Assert.Equal(Since.Where(line => World.OrleansVersion < line.Value).Select(line => line.Key).Order(StringComparer.Ordinal), lines.Except(there, StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal([], Since.Keys.Except(lines, StringComparer.Ordinal));
    }
}
