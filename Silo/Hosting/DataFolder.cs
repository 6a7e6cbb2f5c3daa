using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Hosting;

/// <summary>The one folder that everything of this installation is under, unless the configuration says otherwise.</summary>
internal static class DataFolder
{
    /// <summary>The environment variable, or key of the configuration, that names it. Default: <c>.data</c> in the working folder.</summary>
    public const string Key = "VIDEOGEN_DATA";

    /// <summary>Where pictures are kept that guide videos. Default: <c>inputs</c> in the data folder.</summary>
    public const string InputsKey = "Store:Inputs";

    /// <summary>Makes the folder, for this user only, and lets what was not configured point into it.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static string Prepare(ConfigurationManager configuration)
    {
        var folder = Path.GetFullPath(configuration[Key] ?? ".data");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var defaults = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [$"{FileVideoStoreOptions.Section}:{nameof(FileVideoStoreOptions.Folder)}"] = Path.Combine(folder, "videos"),
            [$"{MediaOptions.Section}:{nameof(MediaOptions.Folder)}"] = Path.Combine(folder, "media"),
            [InputsKey] = Path.Combine(folder, "inputs"),
            [$"{LocalVideosOptions.Section}:{nameof(LocalVideosOptions.Folder)}"] = Path.Combine(folder, "local"),
        };
        // First, so that everything else overrides it.
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults });
        return folder;
    }
}
