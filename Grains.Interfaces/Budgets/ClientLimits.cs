using System.Collections.Immutable;

namespace VideoGen.Budgets;

/// <summary>The limits in force for a client, by its plan as it is now, and how much of its budgets is used.</summary>
/// <param name="VideosPerDay">How many videos each of its users may have made in 24 hours.</param>
/// <param name="Cooldown">How long each of its users waits between two.</param>
/// <param name="UserDailyUsd">The most of each of its users in a day, US dollars; null for no cap.</param>
/// <param name="UserMonthlyUsd">The same in a month.</param>
/// <param name="Budgets">Its own of today and of this month, whether they have a cap or not.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.ClientLimits")]
public sealed record ClientLimits(
    [property: Id(0)] int VideosPerDay,
    [property: Id(1)] TimeSpan Cooldown,
    [property: Id(2)] decimal? UserDailyUsd,
    [property: Id(3)] decimal? UserMonthlyUsd,
    [property: Id(4)] ImmutableArray<BudgetLine> Budgets);
