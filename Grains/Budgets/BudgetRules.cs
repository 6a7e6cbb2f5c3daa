using VideoGen.Budgets;
using VideoGen.Requests;

namespace VideoGen.Grains.Budgets;

/// <summary>
/// What movements do to the ledger, as a pure function of the rows under its lock. A cap is looked at in a reservation alone: what was
/// paid is booked, however much it is. For every budget and time, what is available, reserved, spent and at risk is its cap together.
/// </summary>
internal static class BudgetRules
{
    /// <summary>Applies movements one after another, each all or nothing over its budgets.</summary>
    /// <param name="rows">All rows that they touch.</param>
    /// <param name="movements">Of different funds.</param>
    /// <param name="capsOf">The caps in force.</param>
    /// <param name="at">Now.</param>
    /// <returns>What to write, and for each movement why it was refused, or null.</returns>
    public static (LedgerChange Change, Refusal?[] Verdicts) Apply(
        LedgerRows rows, IReadOnlyList<Movement> movements, Func<Payment, BudgetCaps> capsOf, DateTimeOffset at)
    {
        var books = new Books(rows, at);
        var verdicts = movements.Select(movement => Apply(books, movement, capsOf)).ToArray();
        return (books.Change, verdicts);
    }

    /// <summary>Why so much could not be reserved now; null where it could.</summary>
    public static Refusal? Refusal(Func<AccountId, Account> accounts, Payment payment, decimal usd, BudgetCaps caps)
    {
        foreach (var (id, cap) in caps.Of(payment))
        {
            if (cap is not { } capUsd) continue;
            var account = accounts(id);
            var available = capUsd - account.ReservedUsd - account.SpentUsd - accounts(id with { Period = AccountId.Ever }).AtRiskUsd;
            if (usd > available) return BudgetRefusals.Exceeded(id, payment.Day, capUsd, available, usd);
        }

        return null;
    }

    private static Refusal? Apply(Books books, Movement movement, Func<Payment, BudgetCaps> capsOf)
    {
        var known = books.Find(movement.Id);
        if (movement is Movement.Reserve reserve) return Reserve(books, known, reserve, capsOf(reserve.Payment));
        if (known is not null && movement.Revision < known.Revision) return null; // Read off an older document than what stands.
        var (state, usd, source) = movement switch
        {
            Movement.Settle e => (FundsState.Spent, e.Usd, (CostSource?)e.Source),
            Movement.Risk e => (FundsState.AtRisk, e.Usd, null),
            _ => (FundsState.Released, 0m, null),
        };
        // What is given back is given back where it is held, wherever its round was about to go.
        var payment = state == FundsState.Released && known is not null ? known.Payment : movement.Payment;
        books.Put(new(movement.Id, movement.Revision, state, payment, usd, known?.ReservedUsd ?? 0, source));
        return null;
    }

    private static Refusal? Reserve(Books books, Funds? known, Movement.Reserve e, BudgetCaps caps)
    {
        if (known is { State: FundsState.Released }) return BudgetRefusals.ReleasedBefore;
        if (known is not null && !Moves(known, e)) return null; // Reserved before, and perhaps settled since.
        if (Refusal(id => books.Without(id, known), e.Payment, e.Usd, caps) is { } refusal) return refusal;
        books.Put(new(e.Id, e.Revision, FundsState.Reserved, e.Payment, e.Usd, e.Usd, Source: null));
        foreach (var (id, cap) in caps.Of(e.Payment)) books.Cap(id, cap);
        return null;
    }

    // A round that goes on at another account takes its money with it. An older document that says otherwise says what was.
    private static bool Moves(Funds known, Movement.Reserve e) => e.Revision > known.Revision && (known.Payment != e.Payment || known.ReservedUsd != e.Usd);

    /// <summary>The rows as they become.</summary>
    private sealed class Books(LedgerRows rows, DateTimeOffset at)
    {
        private readonly Dictionary<FundsId, Funds> funds = [];
        private readonly Dictionary<AccountId, Account> accounts = [];
        private readonly List<LedgerEntry> entries = [];

        public LedgerChange Change => new(funds.Values, accounts.Values, entries);

        public Funds? Find(FundsId id) => funds.GetValueOrDefault(id) ?? rows.Funds.GetValueOrDefault(id);

        public Account Account(AccountId id) =>
            accounts.GetValueOrDefault(id) ?? rows.Accounts.GetValueOrDefault(id) ?? VideoGen.Budgets.Account.Untouched(id);

        public void Cap(AccountId id, decimal? capUsd) => accounts[id] = Account(id) with { CapUsd = capUsd };

        public void Put(Funds next)
        {
            var before = Find(next.Id);
            funds[next.Id] = next;
            if (before is { } old) Book(old, -1);
            Book(next, +1);
            if (before?.State == next.State && before.Usd == next.Usd && before.Payment == next.Payment) return; // Said again: no news.
            if (before is { Usd: > 0 } moved && moved.Payment != next.Payment)
            {
                // A line for where it was and one for where it is: each account's history adds up by itself.
                entries.Add(new(next.Id, moved.Payment, moved.State, FundsState.Released, moved.Usd, 0, Source: null, at));
                before = null;
            }

            entries.Add(new(next.Id, next.Payment, before?.State, next.State, before?.Usd ?? 0, next.Usd, next.Source, at));
        }

        /// <summary>An account as it would be without some money.</summary>
        public Account Without(AccountId id, Funds? row) => row is not null && AccountsOf(row).Contains(id) ? Plus(Account(id), row.State, -row.Usd) : Account(id);

        private void Book(Funds row, int sign)
        {
            if (row.Usd == 0) return;
            foreach (var id in AccountsOf(row)) accounts[id] = Plus(Account(id), row.State, sign * row.Usd);
        }

        private static IEnumerable<AccountId> AccountsOf(Funds row) =>
            from scope in Scopes.Of(row.Payment)
            from period in row.State == FundsState.AtRisk ? [AccountId.Ever] : (string[])[Scopes.Day(row.Payment.Day), Scopes.Month(row.Payment.Day)]
            select new AccountId(scope, period);

        private static Account Plus(Account account, FundsState state, decimal usd) => state switch
        {
            FundsState.AtRisk => account with { AtRiskUsd = account.AtRiskUsd + usd },
            FundsState.Reserved => account with { ReservedUsd = account.ReservedUsd + usd },
            _ => account with { SpentUsd = account.SpentUsd + usd },
        };
    }
}
