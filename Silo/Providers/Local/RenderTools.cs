using System.Globalization;
using Microsoft.Extensions.Options;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Providers.Local;

/// <summary>What this provider needs from the machine: ffmpeg, ffprobe and fonts. Each is looked for until it is there.</summary>
internal sealed partial class RenderTools(IOptions<LocalVideosOptions> options, TimeProvider time, ILogger<RenderTools> logger)
{
    private const string Fontconfig = "fc-match";
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // The fonts by how well they go with DejaVu Sans; those of fixed width, which Unifont is, last.
    private static readonly string[] _allFonts = ["--all", "--format=%{outline}|%{family[0]}|%{charset}\n", "DejaVu Sans:weight=80:slant=0:spacing=0"];

    private static readonly TimeSpan _askTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _askAgainAfter = TimeSpan.FromSeconds(10);

    private KnownFonts? _known;

    /// <summary>The path of ffmpeg; null where it is not installed.</summary>
    public string? Ffmpeg => Find(options.Value.Ffmpeg);

    /// <summary>Null when a video can be looked into now; rendering goes on without it.</summary>
    public string? ProbeTrouble => Find(options.Value.Ffprobe) is null ? Missing("ffprobe", nameof(LocalVideosOptions.Ffprobe), options.Value.Ffprobe) : null;

    /// <summary>The fonts of this machine; empty where there are none or nobody can say.</summary>
    public async Task<Fonts> Fonts(CancellationToken cancellationToken)
    {
        // What a package lacks may have been installed meanwhile.
        if (_known is { } known && (known.Fonts.MissingPackages.Count == 0 || time.GetElapsedTime(known.Asked) < _askAgainAfter)) return known.Fonts;
        var asked = time.GetTimestamp();
        var fonts = new Fonts(await AskFontconfig(cancellationToken).ConfigureAwait(false));
        if (fonts.First is null && _known is { } before) fonts = before.Fonts; // It was too busy to answer: fonts are seldom removed.
        if (_known is null && fonts.First is not null && fonts.MissingPackages is { Count: > 0 } missing) LogFontsMissing(string.Join(' ', missing));
        _known = new(fonts, asked);
        return fonts;
    }

    /// <summary>Null when fonts of this machine draw all of a prompt; else the first character that none draws, and what to do.</summary>
    public async Task<string?> Undrawable(string prompt, CancellationToken cancellationToken)
    {
        var fonts = await Fonts(cancellationToken).ConfigureAwait(false);
        if (fonts.Undrawable(prompt) is not { } rune) return null;
        var cure = fonts.MissingPackages is { Count: > 0 } missing ? $"apt-get install {string.Join(' ', missing)}" : "install a font that has it (Debian's fonts-noto has most)";
        return string.Create(CultureInfo.InvariantCulture, $"No font of the embedded provider's machine draws U+{rune.Value:X4}. Leave it out, or {cure}.");
    }

    /// <summary>Null when a video can be rendered now; else what is missing and how to get it.</summary>
    public async Task<string?> Trouble(CancellationToken cancellationToken)
    {
        if (Ffmpeg is null) return Missing("ffmpeg", nameof(LocalVideosOptions.Ffmpeg), options.Value.Ffmpeg);
        if (Find(Fontconfig) is null) return "fc-match, which tells the fonts, is not installed: apt-get install fontconfig";
        var fonts = await Fonts(cancellationToken).ConfigureAwait(false);
        return fonts.First is null ? $"no font is installed: apt-get install {string.Join(' ', fonts.MissingPackages)}" : null;
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

    private async Task<IReadOnlyList<Font>> AskFontconfig(CancellationToken cancellationToken)
    {
        if (Find(Fontconfig) is not { } fontconfig) return [];
        var fonts = new List<Font>();
        var asking = WatchedProcess.Start(fontconfig, _allFonts, new WatchedProcessOptions
        {
            // In another language it would prefer other fonts: the same prompt is to look the same.
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["LC_ALL"] = "C" },
            OnOutputLine = line => fonts.AddRange(Font.Parse(line) is { } font ? [font] : []),
        });
        await using (asking.ConfigureAwait(false))
        {
            await ((Task)asking.Exited.WaitAsync(_askTime, time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return asking.Exited is { IsCompletedSuccessfully: true, Result: 0 } ? [.. fonts.DistinctBy(font => font.Family)] : [];
        }
    }

    private sealed record KnownFonts(Fonts Fonts, long Asked);
}
