namespace VideoGen.Reports;

/// <summary>What was paid, is held, may have been paid, and was not paid because of us: sums over the money ledger, never a second copy.</summary>
public interface ICostBook
{
    /// <summary>The sums, a line for each group that has any, in the order of the groups.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>At most <see cref="CostQuery.Limit"/> lines. Without groups it is one, whether there is anything or not.</returns>
    Task<IReadOnlyList<CostLine>> Costs(CostQuery query, CancellationToken cancellationToken);
}

/// <summary>Which costs.</summary>
/// <param name="From">The first day of the reservations, UTC.</param>
/// <param name="To">The last one.</param>
/// <param name="By">What they are kept apart by, each at most once.</param>
/// <param name="Limit">The most lines to answer.</param>
public sealed record CostQuery(DateOnly From, DateOnly To, IReadOnlyList<CostGroup> By, int Limit);

/// <summary>What costs can be kept apart by.</summary>
public enum CostGroup
{
    /// <summary>The day of the reservation, UTC.</summary>
    Day,

    Client,

    /// <summary>Client and user together, for two clients' users may have one name. Payments that were prevented are not known by user.</summary>
    User,

    /// <summary>The public name of the model. Payments that were prevented are not known by model.</summary>
    Model,

    /// <summary>The provider account that is paid. Payments that were prevented are not known by provider.</summary>
    Provider,
}

/// <summary>The sums of one group. A name is null where it is not kept apart by it, or not known.</summary>
public sealed record CostLine(DateOnly? Day, string? Client, string? User, string? Model, string? Provider, CostSums Sums);

/// <summary>US dollars, to the tenth decimal, and how many payments they are.</summary>
/// <param name="SpentUsd">Paid.</param>
/// <param name="Spent">How many.</param>
/// <param name="ReservedUsd">Held for what is on its way: the worst case.</param>
/// <param name="Reserved">How many.</param>
/// <param name="AtRiskUsd">Held because nobody knows whether it was paid.</param>
/// <param name="AtRisk">How many.</param>
/// <param name="PreventedUsd">Not paid, because of us.</param>
/// <param name="Prevented">How many.</param>
public sealed record CostSums(
    decimal SpentUsd, long Spent, decimal ReservedUsd, long Reserved, decimal AtRiskUsd, long AtRisk, decimal PreventedUsd, long Prevented)
{
    public static CostSums operator +(CostSums a, CostSums b) => new(
        a.SpentUsd + b.SpentUsd, a.Spent + b.Spent, a.ReservedUsd + b.ReservedUsd, a.Reserved + b.Reserved,
        a.AtRiskUsd + b.AtRiskUsd, a.AtRisk + b.AtRisk, a.PreventedUsd + b.PreventedUsd, a.Prevented + b.Prevented);
}
