using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace VideoGen.Storage.Settings;

/// <summary>
/// The operator's settings in one JSON file; what the environment and the command line say goes first. Read at start, and again by
/// <see cref="SettingsWatch"/>: what is in force changes all at once, and only to what could be started with.
/// </summary>
public sealed class SettingsFile : ConfigurationProvider, IConfigurationSource
{
    /// <summary>The environment variable that names it. Default: <c>settings.json</c> in the data folder, which need not be there.</summary>
    public const string Key = "VIDEOGEN_SETTINGS";

    private const long MaxBytes = 1 << 20;

    private bool mustBeThere;

    private SettingsFile(string path, bool mustBeThere)
    {
        Path = path;
        this.mustBeThere = mustBeThere;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>What is in force of it, by the names of the options.</summary>
    public IReadOnlyDictionary<string, string?> InForce => Data.AsReadOnly();

    /// <summary>Reads it, and lets the configuration have what it says: over what the program brings, and under the environment.</summary>
    /// <param name="configuration">The host's.</param>
    /// <param name="dataFolder">Where it is unless <see cref="Key"/> names another place.</param>
    /// <exception cref="IOException">It is named and not there, or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">It is no JSON; the message says where.</exception>
    public static SettingsFile AddTo(ConfigurationManager configuration, string dataFolder)
    {
        var file = configuration[Key] is { Length: > 0 } named
            ? new SettingsFile(System.IO.Path.GetFullPath(named), mustBeThere: true)
            : new SettingsFile(System.IO.Path.Combine(dataFolder, "settings.json"), mustBeThere: false);
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var environment = sources.LastOrDefault(source => source is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(environment is null ? sources.Count : sources.IndexOf(environment), file);
        return file;
    }

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc/>
    public override void Load() => Data = new Dictionary<string, string?>(Read(), StringComparer.OrdinalIgnoreCase);

    /// <summary>What it says now, by the names of the options; nothing where it is not there, was never, and need not be.</summary>
    /// <exception cref="IOException">It is not there and must be, or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">It is no JSON; the message says where.</exception>
    public IReadOnlyDictionary<string, string?> Read()
    {
        if (!mustBeThere && !File.Exists(Path)) return new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var content = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            mustBeThere = true; // Limits that vanish with a file must not be none.
            if (content.Length > MaxBytes) throw new InvalidOperationException($"The settings in '{Path}' are larger than {MaxBytes} bytes.");
            return new ConfigurationBuilder().AddJsonStream(content).Build().AsEnumerable()
                .Where(option => option.Value is not null)
                .ToDictionary(option => option.Key, option => option.Value, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException)
        {
            throw new InvalidOperationException($"The settings in '{Path}' are no JSON of options: {wrong.Message}", wrong);
        }
        catch (UnauthorizedAccessException wrong)
        {
            throw new IOException($"The settings in '{Path}' cannot be read ({wrong.Message}). Give the user that runs this process the right to.", wrong);
        }
        catch (Exception wrong) when (wrong is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"There are no settings in '{Path}'. Put the file there; to take back all that it said, write {{}}.", wrong);
        }
    }

    /// <summary>From now on this is what it says; whoever watches the configuration is told.</summary>
    internal void Use(IReadOnlyDictionary<string, string?> settings)
    {
        Data = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}
