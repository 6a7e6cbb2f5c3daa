using System.ComponentModel.DataAnnotations;

namespace VideoGen.Grains.Quotas;

/// <summary>How much one run of an agent may ask for (configuration section <c>AgentRuns</c>).</summary>
public sealed class AgentRunOptions
{
    public const string Section = "AgentRuns";

    /// <summary>How long a run's videos are counted; no run is that long.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>How many new videos that count against the quota one run may have made. Default: 1.</summary>
    [Range(1, 1_000)]
    public int VideosPerRun { get; set; } = 1;
}
