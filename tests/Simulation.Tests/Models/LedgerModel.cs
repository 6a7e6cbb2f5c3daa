using VideoGen.Budgets;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>The money ledger as one process sees it: changes that do not land, that land without an answer, and that are decided more than once.</summary>
internal sealed class LedgerModel(MoneyRows rows, Gate gate) : IMoneyLedger
{
    public async Task Change(IReadOnlyDictionary<FundsId, Payment> touched, Func<LedgerRows, LedgerChange> decide, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("change money", cancellationToken);
        // Nothing comes between reading and writing: that is the lock.
        if (gate.Chance.Percent(5)) _ = decide(rows.Of(touched));
        rows.Write(decide(rows.Of(touched)));
        await gate.Back(effect, cancellationToken);
    }

    public async Task<IReadOnlyDictionary<AccountId, Account>> Read(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("read money", cancellationToken);
        var found = rows.Of(accounts);
        await gate.Back(effect, cancellationToken);
        return found;
    }
}
