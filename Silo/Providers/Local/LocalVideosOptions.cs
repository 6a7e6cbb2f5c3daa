using System.ComponentModel.DataAnnotations;

namespace VideoGen.Silo.Providers.Local;

/// <summary>The embedded provider; section <c>Providers:Local</c>.</summary>
internal sealed class LocalVideosOptions
{
    public const string Section = "Providers:Local";

    /// <summary>Where jobs, originals and the log of requests are kept; relative to the working directory. Default: <c>.data/local</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = ".data/local";

    /// <summary>How many videos are rendered at the same time; the rest wait in order. Default: one for each 2 cores, at least 1.</summary>
    [Range(1, 64)]
    public int RendersAtOnce { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How long one render may take before it is stopped and failed, uncharged. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RenderTimeLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The pretended price, US dollars for each second of video. Default: 0, which is free.</summary>
    [Range(0, 1000)]
    public decimal UsdPerSecond { get; set; }

    /// <summary>Extra time between rendering and finishing, as a remote provider would take; other jobs are rendered meanwhile. Default: none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Latency { get; set; } = TimeSpan.Zero;

    /// <summary>The same for prompts with a fail word that means <c>slow</c>. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SlowTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For demonstrations and tests: a prompt that contains the word (in any case) goes wrong as said here. What there is
    /// to choose from stands at <see cref="Local.FailWords"/>. Default: none.
    /// </summary>
    public Dictionary<string, string> FailWords { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The ffmpeg executable: a name to be found in PATH, or a path. Default: <c>ffmpeg</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffmpeg { get; set; } = "ffmpeg";

    /// <summary>The ffprobe executable: a name to be found in PATH, or a path. Default: <c>ffprobe</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffprobe { get; set; } = "ffprobe";

    /// <summary>
    /// How long a job is known after its end, and a line of the log of requests is kept at least. Default: 2 days. It may be no
    /// shorter than a lookup by our key has to be complete, and a window has to be accounted for: 26 hours.
    /// </summary>
    [Range(typeof(TimeSpan), "1.02:00:00", "365.00:00:00")]
    public TimeSpan KeepJobs { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long a finished job is known whose video was not discarded, so probably not copied either. Default: 30 days.</summary>
    [Range(typeof(TimeSpan), "1.02:00:00", "365.00:00:00")]
    public TimeSpan KeepVideos { get; set; } = TimeSpan.FromDays(30);
}
