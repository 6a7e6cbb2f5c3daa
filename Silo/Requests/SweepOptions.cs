using System.ComponentModel.DataAnnotations;

namespace VideoGen.Silo.Requests;

/// <summary>How the lists of the provider accounts are swept for jobs that nobody here knows (configuration section <c>Sweep</c>).</summary>
internal sealed class SweepOptions
{
    public const string Section = "Sweep";

    /// <summary>How far back it looks: longer than a prompt's window, so that whatever could be paid twice is seen.</summary>
    public static readonly TimeSpan Depth = TimeSpan.FromHours(26);

    /// <summary>How often, while the database is doubted: at most so seldom.</summary>
    public static readonly TimeSpan WhileDoubted = TimeSpan.FromMinutes(1);

    /// <summary>How often. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);
}
