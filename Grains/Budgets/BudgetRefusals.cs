using System.Globalization;
using VideoGen.Budgets;
using VideoGen.Requests;

namespace VideoGen.Grains.Budgets;

/// <summary>How the ledger says no.</summary>
internal static class BudgetRefusals
{
    public static readonly Refusal ReleasedBefore = new(Codes.AdmissionUnavailable, "This reservation was given back before it came. Ask again.");

    /// <param name="id">The budget that is used up.</param>
    /// <param name="day">The day of the payment.</param>
    /// <param name="capUsd">Its cap.</param>
    /// <param name="availableUsd">What is left of it; below 0 where more was paid than was reserved.</param>
    /// <param name="usd">What the payment needs.</param>
    public static Refusal Exceeded(AccountId id, DateOnly day, decimal capUsd, decimal availableUsd, decimal usd)
    {
        var monthly = id.Period == Scopes.Month(day);
        var left = Math.Max(0, availableUsd);
        return new(
            Codes.BudgetExceeded,
            string.Create(CultureInfo.InvariantCulture,
                $"This video may cost ${usd:0.00}, and ${left:0.00} of the {(monthly ? "monthly" : "daily")} budget of ${capUsd:0.00} {For(id.Scope)} is left ({id.Period}). Ask again when the next {(monthly ? "month" : "day")} begins, or have the budget raised."),
            LimitUsd: capUsd,
            RemainingUsd: left);
    }

    private static string For(string scope) => scope.Split(':')[0] switch
    {
        Scopes.Global => "of this service",
        "client" => "of this client",
        "user" => "of this user",
        _ => "for this provider",
    };
}
