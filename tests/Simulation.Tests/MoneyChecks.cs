using VideoGen.Budgets;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Simulation.Tests;

/// <summary>The promises about money, checked from outside: after every change of the ledger, and against the provider's own books at the end.</summary>
internal sealed class MoneyChecks(SimulatedWorld world)
{
    private readonly Dictionary<FundsId, Booked> booked = [];
    private readonly List<(DateTimeOffset At, decimal Lowest)> available = [];

    /// <summary>Each change as it lands: nothing appears, nothing vanishes, and no reservation passes a cap.</summary>
    public void Landed(LedgerChange change)
    {
        foreach (var row in change.Funds) booked[row.Id] = new(row);
        foreach (var account in change.Accounts) Adds(account.Id);
        foreach (var entry in change.Entries)
        {
            world.Trace.Add(world.Clock.GetUtcNow(), 0, $"money {entry.From?.ToString() ?? "none"} -> {entry.To}");
            if (entry.To == FundsState.Reserved) WithinTheCaps(entry);
        }

        if (world.Budgets.GlobalDailyUsd is not null) available.Add((world.Clock.GetUtcNow(), AvailableNow()));
    }

    /// <summary>Whether so much was not to be had of everybody's budget, or of somebody's, at some time since then.</summary>
    public bool WasShort(decimal usd, DateTimeOffset since)
    {
        if (world.Budgets.UserDailyUsd is not null) return true; // Whose was short is not looked into.
        var before = available.Where(a => a.At <= since).Select(a => a.Lowest).DefaultIfEmpty(world.Budgets.GlobalDailyUsd ?? decimal.MaxValue).Last();
        return before < usd || available.Any(a => a.At > since && a.Lowest < usd);
    }

    public void AtTheEnd(IReadOnlyDictionary<string, RequestDocument> documents)
    {
        foreach (var row in booked.Values) FitsItsRound(row.Funds, documents);
        foreach (var job in world.Provider.Jobs) IsBooked(job, documents);
    }

    private void Adds(AccountId id)
    {
        var account = world.Money.Accounts[id];
        decimal reserved = 0, spent = 0, atRisk = 0;
        foreach (var row in booked.Values)
        {
            if (!row.Scopes.Contains(id.Scope)) continue;
            if (row.Funds.State == FundsState.AtRisk && id.Period == AccountId.Ever) atRisk += row.Funds.Usd;
            if (id.Period != row.Day && id.Period != row.Month) continue;
            if (row.Funds.State == FundsState.Reserved) reserved += row.Funds.Usd;
            if (row.Funds.State == FundsState.Spent) spent += row.Funds.Usd;
        }

        if ((account.ReservedUsd, account.SpentUsd, account.AtRiskUsd) != (reserved, spent, atRisk))
        {
            throw world.Checks.Broken($"{id} has {account}; its payments add up to {reserved} reserved, {spent} spent, {atRisk} at risk.");
        }
    }

    private void WithinTheCaps(LedgerEntry entry)
    {
        (string Scope, decimal? Daily)[] caps =
        [
            (Scopes.Global, world.Budgets.GlobalDailyUsd), (Scopes.User(entry.Payment.Owner), world.Budgets.UserDailyUsd),
        ];
        foreach (var (scope, daily) in caps)
        {
            if (daily is not { } cap) continue;
            var used = Used(scope, entry.Payment.Day);
            if (used > cap) throw world.Checks.Broken($"{used} USD of the daily {cap} of {scope} are used after a reservation.");
        }
    }

    private decimal Used(string scope, DateOnly day) => booked.Values
        .Where(row => (row.Funds.State == FundsState.AtRisk || (row.Funds.State != FundsState.Released && row.Funds.Payment.Day == day)) && row.Scopes.Contains(scope))
        .Sum(row => row.Funds.Usd);

    // Clocks are wrong by some seconds: around midnight either day's budget may have been the short one.
    private decimal AvailableNow()
    {
        var now = world.Clock.GetUtcNow();
        DateOnly[] days = [DateOnly.FromDateTime(now.AddSeconds(-15).UtcDateTime), DateOnly.FromDateTime(now.AddSeconds(15).UtcDateTime)];
        return world.Budgets.GlobalDailyUsd!.Value - days.Max(day => Used(Scopes.Global, day));
    }

    // At the end nothing is reserved, and what became of some money is what its round, or its orphan, says.
    private void FitsItsRound(Funds row, IReadOnlyDictionary<string, RequestDocument> documents)
    {
        var document = documents.GetValueOrDefault(row.Id.RequestKey);
        var state = document is null ? null : RequestRounds.RoundOf(document, row.Id.Round);
        if (row.Usd > 0 && world.Provider.Find(row.Id.JobId.Length > 0 ? row.Id.JobId : JobOf(state) ?? "") is { } job && job.Account != row.Payment.Account)
        {
            throw world.Checks.Broken($"{job.Id} is of {job.Account}, and its money is booked at {row.Payment.Account}.");
        }

        var wanted = row.Id.JobId.Length == 0 ? StateOf(state) : StateOf(document, row.Id.JobId);
        if (row.State == wanted || (wanted is FundsState.AtRisk && row.Usd == 0)) return;
        throw world.Checks.Broken($"The money of {row.Id} is {row.State} at the end; it should be {wanted}. Its round is {state}.");
    }

    private static string? JobOf(RequestState? state) => state is Ended ended ? ended.JobId : null;

    private static FundsState StateOf(RequestState? state) => state switch
    {
        Ended { Charge.Charged: Charged.Yes } => FundsState.Spent,
        Ended { Charge.Charged: Charged.Unknown, Discarded: not null } => FundsState.Spent,
        Ended { Charge.Charged: Charged.Unknown } => FundsState.AtRisk,
        _ => FundsState.Released, // Refused, or given way to another round.
    };

    private static FundsState StateOf(RequestDocument? document, string jobId) => document?.Orphans.FirstOrDefault(o => o.JobId == jobId) switch
    {
        { Charged: Charged.Yes } => FundsState.Spent,
        { Charged: null or Charged.Unknown } => FundsState.AtRisk,
        _ => FundsState.Released, // Free, or some round's after all.
    };

    // By the provider's own books: what it was paid for is spent or at risk, for its round or by itself.
    private void IsBooked(Job job, IReadOnlyDictionary<string, RequestDocument> documents)
    {
        if (job.FreeAt is not null || world.Checks.IsExcepted(job)) return;
        if (RequestRounds.RoundOf(documents[job.Request], job.Round) is Ended { PriceUsd: 0 }) return;
        FundsId[] ids = [new(job.Request, job.Round), new(job.Request, job.Round, job.Id)];
        if (ids.Any(id => booked.GetValueOrDefault(id)?.Funds is { State: FundsState.Spent or FundsState.AtRisk, Usd: > 0 } funds && funds.Payment.Account == job.Account)) return;
        throw world.Checks.Broken($"{job.Id} ({job.ProviderKey}) was paid, and the ledger does not know of it.");
    }

    /// <summary>A job that nobody waits for is booked by itself, whatever exception made it, or that is owed still: somebody may have to pay for it.</summary>
    public void IsBooked(string key, Orphan orphan)
    {
        if (orphan is { Price: null } or { Charged: Charged.No } or { Settle: not null }) return;
        if (booked.GetValueOrDefault(new(key, orphan.Id.Round, orphan.JobId))?.Funds is not { State: FundsState.Spent or FundsState.AtRisk }) throw world.Checks.Broken($"The orphan {orphan.JobId} may have been paid, and the ledger does not know of it.");
    }

    /// <summary>A row, and where it is booked, worked out once: every change looks at all of them.</summary>
    private sealed record Booked(Funds Funds)
    {
        public IReadOnlyList<string> Scopes { get; } = Budgets.Scopes.Of(Funds.Payment);

        public string Day { get; } = Budgets.Scopes.Day(Funds.Payment.Day);

        public string Month { get; } = Budgets.Scopes.Month(Funds.Payment.Day);
    }
}
