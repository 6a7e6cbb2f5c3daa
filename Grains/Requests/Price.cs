using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>What a round, or a job of it, may cost, and where that is booked.</summary>
/// <param name="Model">The public name of the model.</param>
/// <param name="Account">The provider account that is paid.</param>
/// <param name="Usd">The worst case, US dollars; 0 only where an earlier stop of the round had a price.</param>
/// <param name="Day">On whose budgets.</param>
internal sealed record Price(string Model, string Account, decimal Usd, DateOnly Day)
{
    /// <summary>Null where it is free, or was accepted before there were budgets.</summary>
    public static Price? Of(string model, string account, decimal usd, DateOnly? day) => usd > 0 && day is { } booked ? new(model, account, usd, booked) : null;

    /// <summary>The same where the ledger has money of it already: then it is told even of what is free.</summary>
    public static Price? Booked(string model, string account, decimal usd, DateOnly? day) => day is { } booked ? new(model, account, usd, booked) : null;

    public static DateOnly DayInUtc(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    public Payment PaidBy(Owner owner) => new(owner, Model, Account, Day);

    /// <summary>What the money ledger is told.</summary>
    /// <param name="id">Whose money.</param>
    /// <param name="revision">The revision of the document that says so.</param>
    /// <param name="owner">Who pays.</param>
    /// <param name="what">What became of it.</param>
    /// <param name="paidUsd">What the provider took, where it said so, US dollars.</param>
    public Movement MovementOf(FundsId id, long revision, Owner owner, Settlement what, decimal? paidUsd) => what switch
    {
        { Charged: Charged.No } => new Movement.Release(id, revision, PaidBy(owner)),
        { Charged: Charged.Yes } => new Movement.Settle(id, revision, PaidBy(owner), paidUsd ?? Usd, paidUsd is null ? CostSource.PriceList : CostSource.Provider),
        { Discarded: true } => new Movement.Settle(id, revision, PaidBy(owner), paidUsd ?? Usd, CostSource.Discarded),
        _ => new Movement.Risk(id, revision, PaidBy(owner), paidUsd ?? Usd),
    };
}
