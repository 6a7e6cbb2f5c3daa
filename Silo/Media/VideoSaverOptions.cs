using System.ComponentModel.DataAnnotations;

namespace VideoGen.Silo.Media;

/// <summary>Copying finished videos from providers to our store; section <c>Saving</c>.</summary>
internal sealed class VideoSaverOptions
{
    public const string Section = "Saving";

    /// <summary>How long one copy may take before it is given up and tried again later. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(10);
}
