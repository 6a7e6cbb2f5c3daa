using System.ComponentModel.DataAnnotations;

namespace VideoGen.Grains.Quotas;

/// <summary>
/// How much one user may ask for (configuration section <c>Quotas</c>). A plan is the same under its own name: section
/// <c>Plans:&lt;name&gt;</c>, in which whatever it does not say is as in <c>Quotas</c>.
/// </summary>
public sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Over which time videos are counted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>How many videos one user may have made in a rolling 24 hours. Default: 5.</summary>
    [Range(1, 100_000)]
    public int VideosPerDay { get; set; } = 5;

    /// <summary>How long one user waits between two videos. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Cooldown { get; set; } = TimeSpan.FromMinutes(10);
}
