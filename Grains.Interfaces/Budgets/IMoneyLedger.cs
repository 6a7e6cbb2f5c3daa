namespace VideoGen.Budgets;

/// <summary>
/// The one truth about money: what is held, paid and at risk, for each round and summed up for each budget. Not for the Gateway.
/// It stores; what follows from what is decided by whoever changes it, under its lock.
/// </summary>
public interface IMoneyLedger
{
    /// <summary>
    /// One change at a time over all processes: reads the rows that these payments touch, writes what <paramref name="decide"/> makes of
    /// them, and answers when that is durable.
    /// </summary>
    /// <param name="touched">The funds that may change, and where each is booked. Each at most once.</param>
    /// <param name="decide">Pure; may be called again. Gets the rows as they are under the lock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Exception">The database did not answer: the change may or may not stand. Every movement is safe to repeat.</exception>
    Task Change(IReadOnlyDictionary<FundsId, Payment> touched, Func<LedgerRows, LedgerChange> decide, CancellationToken cancellationToken);

    /// <summary>The sums of these accounts as they are now, without a lock. One that was never touched is missing.</summary>
    Task<IReadOnlyDictionary<AccountId, Account>> Read(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken);
}

/// <summary>What is on record of some money.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Revision">The revision that the last movement was read off.</param>
/// <param name="State">What it is.</param>
/// <param name="Payment">Where it is booked.</param>
/// <param name="Usd">How much is held, at risk or spent, US dollars; 0 where released.</param>
/// <param name="ReservedUsd">How much was reserved at first; 0 where nothing ever was.</param>
/// <param name="Source">How we know what was spent; null unless spent.</param>
public sealed record Funds(FundsId Id, long Revision, FundsState State, Payment Payment, decimal Usd, decimal ReservedUsd, CostSource? Source);

/// <summary>What some money is.</summary>
public enum FundsState
{
    Reserved,
    Spent,
    AtRisk,

    /// <summary>Given back; a tombstone that refuses a late reservation.</summary>
    Released,
}

/// <summary>Whose budget, and for which time.</summary>
/// <param name="Scope">See <see cref="Scopes"/>.</param>
/// <param name="Period">A day (<c>2026-11-21</c>), a month (<c>2026-11</c>), or <see cref="Ever"/>.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.AccountId")]
public readonly record struct AccountId([property: Id(0)] string Scope, [property: Id(1)] string Period)
{
    /// <summary>No time at all: what is at risk stays so from day to day.</summary>
    public const string Ever = "ever";
}

/// <summary>The sums of one budget. Days and months sum up what is reserved and spent, <see cref="AccountId.Ever"/> what is at risk.</summary>
/// <param name="Id">Which.</param>
/// <param name="CapUsd">The cap that was in force when something was last reserved; null where there was none.</param>
/// <param name="ReservedUsd">US dollars.</param>
/// <param name="SpentUsd">US dollars.</param>
/// <param name="AtRiskUsd">US dollars.</param>
public sealed record Account(AccountId Id, decimal? CapUsd, decimal ReservedUsd, decimal SpentUsd, decimal AtRiskUsd)
{
    /// <summary>One that no payment has touched yet.</summary>
    public static Account Untouched(AccountId id) => new(id, CapUsd: null, ReservedUsd: 0, SpentUsd: 0, AtRiskUsd: 0);
}

/// <summary>What is on record under the lock. What is missing was never written.</summary>
public sealed record LedgerRows(IReadOnlyDictionary<FundsId, Funds> Funds, IReadOnlyDictionary<AccountId, Account> Accounts);

/// <summary>What to write: whole rows, and a line of history for each movement that changed anything.</summary>
public sealed record LedgerChange(IReadOnlyCollection<Funds> Funds, IReadOnlyCollection<Account> Accounts, IReadOnlyList<LedgerEntry> Entries);

/// <summary>One line of the ledger's history. Never changed, never deleted.</summary>
/// <param name="Id">Whose money.</param>
/// <param name="Payment">Where it was booked.</param>
/// <param name="From">What it was; null where it was nothing yet.</param>
/// <param name="To">What it became.</param>
/// <param name="FromUsd">How much was held, at risk or spent before; 0 where nothing was.</param>
/// <param name="Usd">How much is now.</param>
/// <param name="Source">As <see cref="Budgets.Funds.Source"/>.</param>
/// <param name="At">When.</param>
public sealed record LedgerEntry(FundsId Id, Payment Payment, FundsState? From, FundsState To, decimal FromUsd, decimal Usd, CostSource? Source, DateTimeOffset At);
