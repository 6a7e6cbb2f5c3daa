namespace VideoGen.Budgets;

/// <summary>How much of a budget is used now.</summary>
/// <param name="Id">Which, and for which day or month.</param>
/// <param name="CapUsd">Its cap in force, US dollars; null where there is none.</param>
/// <param name="ReservedUsd">Held for what is on its way, US dollars.</param>
/// <param name="SpentUsd">Paid, US dollars.</param>
/// <param name="AtRiskUsd">Nobody knows whether it was paid, whatever the day; US dollars.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.BudgetLine")]
public sealed record BudgetLine(
    [property: Id(0)] AccountId Id, [property: Id(1)] decimal? CapUsd, [property: Id(2)] decimal ReservedUsd, [property: Id(3)] decimal SpentUsd, [property: Id(4)] decimal AtRiskUsd);
