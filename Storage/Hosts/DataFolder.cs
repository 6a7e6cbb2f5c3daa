using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Hosts;

/// <summary>The one folder that everything of this installation is under, unless the configuration says otherwise.</summary>
public static class DataFolder
{
    /// <summary>The environment variable, or key of the configuration, that names it. Default: <c>.data</c> in the working folder.</summary>
    public const string Key = "VIDEOGEN_DATA";

    /// <summary>Where pictures are kept that guide videos. Default: <c>inputs</c> in the data folder.</summary>
    public const string InputsKey = "Store:Inputs";

    /// <summary>Its full path.</summary>
    public static string Of(IConfiguration configuration) => Path.GetFullPath(configuration[Key] ?? ".data");

    /// <summary>Makes the folder, for this user only, and lets what was not configured point into it.</summary>
    /// <param name="configuration">The host's.</param>
    /// <param name="more">Options that name a folder, besides those of the storage, and what it is called in the data folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static string Prepare(ConfigurationManager configuration, params IEnumerable<(string Option, string Name)> more)
    {
        var folder = Of(configuration);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (string Option, string Name)[] ours = [($"{StoreOptions.Section}:{nameof(StoreOptions.Folder)}", "videos"), (InputsKey, "inputs")];
        var defaults = ours.Concat(more).ToDictionary(o => o.Option, o => (string?)Path.Combine(folder, o.Name), StringComparer.OrdinalIgnoreCase);
        // First, so that everything else overrides it.
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        return folder;
    }
}
