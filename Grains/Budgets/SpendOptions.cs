using System.ComponentModel.DataAnnotations;
using VideoGen.Budgets;

namespace VideoGen.Grains.Budgets;

/// <summary>
/// The spend breaker (configuration section <c>SpendBreaker</c>): it trips when money goes faster than it should although everything
/// works. While it is tripped nothing is sent that costs money.
/// </summary>
public sealed class SpendOptions
{
    public const string Section = "SpendBreaker";

    /// <summary>How long after its last look at the pauses a paid submit may start. Shorter than <see cref="IPauses.Settle"/>.</summary>
    public static readonly TimeSpan PauseFresh = TimeSpan.FromMilliseconds(500);

    /// <summary>The most paid submits in any minute, of all together. Default: 5.</summary>
    [Range(1, 100_000)]
    public int SubmitsPerMinute { get; set; } = 5;

    /// <summary>The most that may be submitted for within <see cref="StreakFor"/>, of all together, US dollars. Default: 25; empty for no limit.</summary>
    [Range(0, 10_000_000)]
    public decimal? StreakUsd { get; set; } = 25;

    /// <summary>See <see cref="StreakUsd"/>. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan StreakFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long it stays tripped, unless an operator resumes earlier. Default: 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan ResetAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether new requests are refused while it is tripped, instead of waiting for their turn. Default: false.</summary>
    public bool Refuses { get; set; }

    internal SpendLimits LimitsOf(BudgetOptions plan) => new(SubmitsPerMinute, StreakUsd, StreakFor, plan.ClientDailyUsd, ResetAfter);
}
