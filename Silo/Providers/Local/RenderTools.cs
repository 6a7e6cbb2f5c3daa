using Microsoft.Extensions.Options;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Providers.Local;

/// <summary>What this provider needs from the machine: ffmpeg, ffprobe and a font. Each is looked for until it is there.</summary>
internal sealed class RenderTools(IOptions<LocalVideosOptions> options, TimeProvider time)
{
    private const string DebianFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private static readonly TimeSpan _askTime = TimeSpan.FromSeconds(5);

    private string? _font;

    /// <summary>The path of ffmpeg; null where it is not installed.</summary>
    public string? Ffmpeg => Find(options.Value.Ffmpeg);

    /// <summary>Null when a video can be looked into now; rendering goes on without it.</summary>
    public string? ProbeTrouble => Find(options.Value.Ffprobe) is null ? Missing("ffprobe", nameof(LocalVideosOptions.Ffprobe), options.Value.Ffprobe) : null;

    /// <summary>The path of a font; null where there is none.</summary>
    public async Task<string?> Font(CancellationToken cancellationToken)
    {
        if (options.Value.Font is { } configured) return File.Exists(configured) ? Path.GetFullPath(configured) : null;
        if (_font is { } known && File.Exists(known)) return known;
        return _font = File.Exists(DebianFont) ? DebianFont : await AskFontconfig(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null when a video can be rendered now; else what is missing and how to get it.</summary>
    public async Task<string?> Trouble(CancellationToken cancellationToken)
    {
        if (Ffmpeg is null) return Missing("ffmpeg", nameof(LocalVideosOptions.Ffmpeg), options.Value.Ffmpeg);
        if (await Font(cancellationToken).ConfigureAwait(false) is not null) return null;
        return options.Value.Font is { } font
            ? $"the font '{font}' is not there: correct {LocalVideosOptions.Section}:Font, or remove it"
            : $"no font is installed: apt-get install fonts-dejavu-core, or set {LocalVideosOptions.Section}:Font";
    }

    private static string Missing(string name, string option, string configured) =>
        configured == name
            ? $"{name} is not installed: apt-get install ffmpeg"
            : $"{name} is not at '{configured}': correct {LocalVideosOptions.Section}:{option}, or remove it and apt-get install ffmpeg";

    private static string? Find(string name)
    {
        var places = name.Contains('/') ? [""] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return places.Select(place => Path.GetFullPath(Path.Combine(place, name))).FirstOrDefault(Executable);
    }

    private static bool Executable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != UnixFileMode.None);

    private async Task<string?> AskFontconfig(CancellationToken cancellationToken)
    {
        if (Find("fc-match") is not { } fontconfig) return null;
        var asking = WatchedProcess.Start(fontconfig, ["--format=%{file}", "DejaVu Sans:fontformat=TrueType"]);
        await using (asking.ConfigureAwait(false))
        {
            await ((Task)asking.Exited.WaitAsync(_askTime, time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return File.Exists(asking.Output.Trim()) ? asking.Output.Trim() : null;
        }
    }
}
