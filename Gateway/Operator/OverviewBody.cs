using VideoGen.Budgets;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>What an operator looks at first, in one answer.</summary>
/// <param name="Today">The day of the budgets.</param>
/// <param name="Money">The budgets of all together, of today and of this month.</param>
/// <param name="Days">The costs of the last 7 days, today's last.</param>
/// <param name="DeadLetters">The newest that wait for a person.</param>
internal sealed record OverviewBody(
    string Today, NowBody Now, EndedBody EndedToday, RecentBody LastDay, IReadOnlyList<BudgetLineBody> Money, IReadOnlyList<DayBody> Days, IReadOnlyList<PauseBody> Pauses, DoubtBody? Doubt,
    IReadOnlyList<ProviderShortBody> Providers, IReadOnlyList<DeadLetterBody> DeadLetters);

/// <summary>How many videos are where now.</summary>
/// <param name="Waiting">On their way, and not sent.</param>
/// <param name="Running">Sent, and not finished.</param>
/// <param name="Saving">Finished, and not in our store.</param>
/// <param name="DeadLettered">They wait for a person.</param>
internal sealed record NowBody(long Waiting, long Running, long Saving, long DeadLettered);

/// <summary>How many ended how. Of what was asked for since a day before.</summary>
internal sealed record EndedBody(long Completed, long Failed, long Rejected, long Cancelled, long DeadLettered)
{
    public static EndedBody Of(EndedCounts counts) => new(counts.Completed, counts.Failed, counts.Rejected, counts.Cancelled, counts.DeadLettered);
}

/// <summary>The last 24 hours.</summary>
/// <param name="SuccessRate">Of those that were completed, failed, rejected or given up: the part that was completed, 0 to 1; null where there was none.</param>
/// <param name="Seconds">How long completed ones took, on average.</param>
internal sealed record RecentBody(EndedBody Ended, decimal? SuccessRate, StageSeconds Seconds);

/// <summary>The money of one day.</summary>
internal sealed record DayBody(string Day, CostsSums Sums);

/// <summary>Why nothing is paid: the database may have forgotten what was.</summary>
internal sealed record DoubtBody(DateTimeOffset Since, string Reason);

/// <summary>A provider account in short.</summary>
internal sealed record ProviderShortBody(string Account, string? Type, bool? LetsIn, string? Trouble, string Breaker, int? Slots, int Used, int Waiting, int Pauses)
{
    public static ProviderShortBody Of(ProviderBody provider) => new(
        provider.Account, provider.Type, provider.LetsIn, provider.Trouble, provider.Breaker.State, provider.Slots.Total, provider.Slots.Used, provider.Slots.Waiting, provider.Pauses.Count);
}
