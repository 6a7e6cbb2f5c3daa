using System.ComponentModel.DataAnnotations;

namespace VideoGen.Silo.Media;

/// <summary>How finished videos are copied, looked into and pictured; section <c>Media</c>.</summary>
internal sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>Where videos lie while they are worked on; a disk with room for a few of them. Default: <c>media</c> in the data folder.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = ".data/media";

    /// <summary>The largest video that is taken from a provider, bytes. Default: 4 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxVideoBytes { get; set; } = 4L << 30;

    /// <summary>How many finished videos are saved at the same time; the rest wait. Default: 64.</summary>
    [Range(1, 10_000)]
    public int SavesAtOnce { get; set; } = 64;

    /// <summary>How often a copy that broke off goes on in one try, before the try is over and the next one begins anew. Default: 5.</summary>
    [Range(0, 100)]
    public int Resumes { get; set; } = 5;

    /// <summary>How long nothing may come of a copy that could go on before it counts as broken off. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StallTimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The ffmpeg executable: a name to be found in PATH, or a path. Without it videos have no pictures. Default: <c>ffmpeg</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffmpeg { get; set; } = "ffmpeg";

    /// <summary>The ffprobe executable, likewise. Without it a video is only known to be a whole MP4. Default: <c>ffprobe</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Ffprobe { get; set; } = "ffprobe";

    /// <summary>How long one run of a tool may take before it is killed. Default: 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ToolTimeLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many tools run at the same time; the rest wait. Default: one for each 2 cores, at least 1.</summary>
    [Range(1, 64)]
    public int ToolsAtOnce { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);
}
