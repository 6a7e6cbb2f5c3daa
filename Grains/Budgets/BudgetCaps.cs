using VideoGen.Budgets;

namespace VideoGen.Grains.Budgets;

/// <summary>The caps of one payment: those of its four budgets, for its day and its month.</summary>
internal sealed record BudgetCaps(BudgetOptions Everybody, BudgetOptions Plan)
{
    /// <summary>Each account that can refuse the payment, the widest first, and its cap; null where it has none.</summary>
    public IEnumerable<(AccountId Id, decimal? CapUsd)> Of(Payment payment)
    {
        (string Scope, decimal? Daily, decimal? Monthly)[] scopes =
        [
            (Scopes.Global, Everybody.GlobalDailyUsd, Everybody.GlobalMonthlyUsd),
            (Scopes.Client(payment.Owner.Client), Plan.ClientDailyUsd, Plan.ClientMonthlyUsd),
            (Scopes.User(payment.Owner), Plan.UserDailyUsd, Plan.UserMonthlyUsd),
            (Scopes.Provider(payment.Account), Everybody.ProviderDailyUsd, Everybody.ProviderMonthlyUsd),
        ];
        foreach (var (scope, daily, monthly) in scopes)
        {
            yield return (new(scope, Scopes.Day(payment.Day)), daily);
            yield return (new(scope, Scopes.Month(payment.Day)), monthly);
        }
    }
}
