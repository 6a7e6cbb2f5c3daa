using System.Runtime.CompilerServices;

namespace VideoGen.Grains.Tests;

/// <summary>Texts that are read before they are changed. Set VIDEOGEN_UPDATE_GOLDEN=1 to write what the code says now.</summary>
internal static class Golden
{
    public static void Check(string file, string actual)
    {
        var path = PathOf(file);
        if (Environment.GetEnvironmentVariable("VIDEOGEN_UPDATE_GOLDEN") == "1") File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{file} is missing. Write it with VIDEOGEN_UPDATE_GOLDEN=1, and read it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    public static string PathOf(string file) => Path.Combine(Here(), file);

    public static string Repository => Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
