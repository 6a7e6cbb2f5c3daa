using System.Globalization;
using VideoGen.Budgets;

namespace VideoGen.Grains.Budgets;

/// <summary>When a change of the ledger passed a part of a cap that people want to hear of.</summary>
internal static class BudgetAlerts
{
    /// <summary>For each account whose use passed such a part, the highest that it passed.</summary>
    public static IEnumerable<BudgetAlert> Raised(LedgerRows before, LedgerChange change)
    {
        foreach (var account in change.Accounts)
        {
            if (account.CapUsd is not { } cap || cap == 0) continue;
            var old = before.Accounts.GetValueOrDefault(account.Id);
            var (was, used) = (old is null ? 0 : Used(old), Used(account));
            var part = BudgetOptions.AlertAt.Where(p => used >= p * cap && was < p * cap).DefaultIfEmpty().Max();
            if (part > 0) yield return new(account.Id, part, used, cap);
        }
    }

    /// <summary>What was paid above its reservation: somebody's price list is wrong, and nobody knows by how much the next one is.</summary>
    public static Pause? Overspent(LedgerChange change, TimeSpan resetAfter, DateTimeOffset at) => change.Funds
        .Where(f => f is { State: FundsState.Spent, ReservedUsd: > 0 } && f.Usd > f.ReservedUsd && change.Entries.Any(e => e.Id == f.Id))
        .Select(f => new Pause(
            Scopes.Global,
            PauseKind.SpendBreaker,
            string.Create(CultureInfo.InvariantCulture, $"{f.Payment.Account} took ${f.Usd:0.00} for a video of {f.Payment.Model} for which ${f.ReservedUsd:0.00} was reserved."),
            at,
            at + resetAfter))
        .FirstOrDefault();

    private static decimal Used(Account account) => account.ReservedUsd + account.SpentUsd;
}

/// <param name="Id">Which budget.</param>
/// <param name="Part">Which part of its cap was passed.</param>
/// <param name="UsedUsd">What is reserved and spent of it, US dollars.</param>
/// <param name="CapUsd">US dollars.</param>
internal sealed record BudgetAlert(AccountId Id, decimal Part, decimal UsedUsd, decimal CapUsd);
