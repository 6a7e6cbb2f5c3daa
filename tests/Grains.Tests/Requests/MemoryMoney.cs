using VideoGen.Budgets;
using VideoGen.Tests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>The rows as one process sees them, without any trouble.</summary>
internal sealed class MemoryLedger(MoneyRows rows) : IMoneyLedger
{
    private readonly Lock changing = new();

    public Task Change(IReadOnlyDictionary<FundsId, Payment> touched, Func<LedgerRows, LedgerChange> decide, CancellationToken cancellationToken)
    {
        lock (changing) rows.Write(decide(rows.Of(touched)));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<AccountId, Account>> Read(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken)
    {
        lock (changing) return Task.FromResult<IReadOnlyDictionary<AccountId, Account>>(rows.Of(accounts));
    }
}

internal sealed class MemoryPauses(PauseRows rows, TimeProvider time) : IPauses
{
    private readonly Lock changing = new();

    public IReadOnlyList<Pause> Known
    {
        get
        {
            lock (changing) return rows.InForce(time.GetUtcNow());
        }
    }

    public Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken)
    {
        lock (changing) return Task.FromResult(rows.Pass(submit, limits, time.GetUtcNow()));
    }

    public Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken) => Task.FromResult(Known);

    public Task Set(Pause pause, CancellationToken cancellationToken)
    {
        lock (changing) rows.Set(pause);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Pause>> Lift(string scope, CancellationToken cancellationToken)
    {
        lock (changing) return Task.FromResult<IReadOnlyList<Pause>>(rows.Lift(scope, time.GetUtcNow()));
    }
}
