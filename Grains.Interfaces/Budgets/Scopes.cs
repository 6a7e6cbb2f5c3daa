using System.Globalization;

namespace VideoGen.Budgets;

/// <summary>Which budgets a payment is taken from.</summary>
public static class Scopes
{
    /// <summary>Everybody's together.</summary>
    public const string Global = "global";

    /// <summary>One client's, with all its users.</summary>
    public static string Client(string client) => $"client:{client}";

    /// <summary>One user's.</summary>
    public static string User(Access.Owner owner) => $"user:{owner}";

    /// <summary>What one provider account is paid.</summary>
    public static string Provider(string account) => $"provider:{account}";

    /// <summary>The four budgets of a payment, the widest first.</summary>
    public static IReadOnlyList<string> Of(Payment payment) => Of(payment.Owner, payment.Account);

    /// <summary>The four budgets of what an owner pays a provider account, the widest first.</summary>
    public static IReadOnlyList<string> Of(Access.Owner owner, string account) => [.. Of(owner), Provider(account)];

    /// <summary>The three budgets of an owner, whoever is paid, the widest first.</summary>
    public static IReadOnlyList<string> Of(Access.Owner owner) => [Global, Client(owner.Client), User(owner)];

    /// <summary>The period of a day.</summary>
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The period of a day's month.</summary>
    public static string Month(DateOnly day) => day.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>All accounts that a payment touches: for each budget its day, its month, and what is at risk.</summary>
    public static IEnumerable<AccountId> AccountsOf(Payment payment) =>
        from scope in Of(payment) from period in (string[])[Day(payment.Day), Month(payment.Day), AccountId.Ever] select new AccountId(scope, period);
}
