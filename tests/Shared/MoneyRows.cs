using VideoGen.Budgets;

namespace VideoGen.Tests;

/// <summary>The rows of money that all processes share.</summary>
internal sealed class MoneyRows
{
    private readonly Dictionary<FundsId, Funds> funds = [];
    private readonly Dictionary<AccountId, Account> accounts = [];
    private readonly List<LedgerEntry> history = [];

    public IReadOnlyDictionary<FundsId, Funds> Funds => funds;

    public IReadOnlyDictionary<AccountId, Account> Accounts => accounts;

    public IReadOnlyList<LedgerEntry> History => history;

    /// <summary>Told of every change that lands.</summary>
    public Action<LedgerChange>? Landed { get; set; }

    public LedgerRows Of(IReadOnlyDictionary<FundsId, Payment> touched)
    {
        var found = touched.Keys.Where(funds.ContainsKey).ToDictionary(id => id, id => funds[id]);
        return new(found, Of(touched.Values.Concat(found.Values.Select(f => f.Payment)).SelectMany(Scopes.AccountsOf)));
    }

    public Dictionary<AccountId, Account> Of(IEnumerable<AccountId> wanted) => wanted.Distinct().Where(accounts.ContainsKey).ToDictionary(id => id, id => accounts[id]);

    /// <summary>All of it or nothing, as the database does it.</summary>
    public void Write(LedgerChange change)
    {
        if (change.Funds.Any(f => f.Usd < 0 || f.ReservedUsd < 0 || (f.State == FundsState.Released && f.Usd != 0) || (f.State != FundsState.Spent && f.Source is not null))) throw new IOException("The database refuses such funds.");
        if (change.Accounts.Any(a => a.ReservedUsd < 0 || a.SpentUsd < 0 || a.AtRiskUsd < 0 || a.CapUsd < 0)) throw new IOException("The database refuses a sum below nothing.");
        if (change.Funds.DistinctBy(f => f.Id).Count() < change.Funds.Count || change.Accounts.DistinctBy(a => a.Id).Count() < change.Accounts.Count) throw new IOException("The database writes a row once.");
        foreach (var row in change.Funds) funds[row.Id] = row;
        foreach (var row in change.Accounts) accounts[row.Id] = row;
        history.AddRange(change.Entries);
        Landed?.Invoke(change);
    }
}
