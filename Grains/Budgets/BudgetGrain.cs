using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Budgets;

/// <summary>The shell around <see cref="BudgetRules"/>: one change of the ledger is under way at a time, and calls that wait share the next.</summary>
[GrainType(GrainNames.Budget)]
internal sealed partial class BudgetGrain(
    IMoneyLedger ledger,
    IPauses pauses,
    IOptionsMonitor<BudgetOptions> options,
    IOptionsMonitor<SpendOptions> spending,
    IOptionsMonitor<QuotaOptions> quotas,
    IClientPlans plans,
    TimeProvider time,
    VideoGenTelemetry telemetry,
    ILogger<BudgetGrain> logger) : Grain, IBudgetGrain
{
    /// <summary>The most movements in one change: enough to be cheap, few enough to be quick.</summary>
    private const int MaxTogether = 256;

    /// <summary>How long one change may take; shorter than whoever calls waits.</summary>
    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromSeconds(20);

    private readonly LinkedList<Waiting> waiting = [];
    private bool changing;
    private Pause? owed; // A breaker that should have tripped.

    public Task<Refusal?> Move(Movement movement)
    {
        var caller = new Waiting(movement);
        waiting.AddLast(caller);
        if (!changing) _ = ChangeAll(); // Not detached: whoever moves awaits its verdict.
        return caller.Verdict.Task;
    }

    public async Task<Refusal?> Peek(Payment payment, decimal usd)
    {
        using var timeout = new CancellationTokenSource(ChangeTimeout, time);
        var accounts = await ledger.Read([.. Scopes.AccountsOf(payment)], timeout.Token);
        return BudgetRules.Refusal(id => accounts.GetValueOrDefault(id) ?? Account.Untouched(id), payment, usd, CapsOf(payment));
    }

    public async Task<ImmutableArray<BudgetLine>> Lines(Payment payment)
    {
        string[] shown = [Scopes.Client(payment.Owner.Client), Scopes.User(payment.Owner)];
        var capped = CapsOf(payment).Of(payment).Where(c => c.CapUsd is not null && shown.Contains(c.Id.Scope)).ToArray();
        return capped.Length == 0 ? [] : await Read(capped);
    }

    public Task<ImmutableArray<BudgetLine>> OfOwner(Owner owner) => Lines(new(owner, Model: "", Account: "", options.CurrentValue.DayOf(time.Now())));

    public async Task<ClientLimits> LimitsOf(string client)
    {
        var plan = plans.PlanOf(client);
        var (budgets, quota) = (options.Get(plan), quotas.Get(plan));
        return new(quota.VideosPerDay, quota.Cooldown, budgets.UserDailyUsd, budgets.UserMonthlyUsd, await Read(Scopes.Client(client), budgets.ClientDailyUsd, budgets.ClientMonthlyUsd));
    }

    public Task<ImmutableArray<BudgetLine>> OfAll() => Read(Scopes.Global, options.CurrentValue.GlobalDailyUsd, options.CurrentValue.GlobalMonthlyUsd);

    private Task<ImmutableArray<BudgetLine>> Read(string scope, decimal? dailyUsd, decimal? monthlyUsd)
    {
        var today = options.CurrentValue.DayOf(time.Now());
        return Read([(new(scope, Scopes.Day(today)), dailyUsd), (new(scope, Scopes.Month(today)), monthlyUsd)]);
    }

    private async Task<ImmutableArray<BudgetLine>> Read((AccountId Id, decimal? CapUsd)[] capped)
    {
        using var timeout = new CancellationTokenSource(ChangeTimeout, time);
        var accounts = await ledger.Read([.. capped.SelectMany(c => (AccountId[])[c.Id, c.Id with { Period = AccountId.Ever }]).Distinct()], timeout.Token);
        return [.. capped.Select(c => new BudgetLine(c.Id, c.CapUsd, Of(c.Id).ReservedUsd, Of(c.Id).SpentUsd, Of(c.Id with { Period = AccountId.Ever }).AtRiskUsd))];

        Account Of(AccountId id) => accounts.GetValueOrDefault(id) ?? Account.Untouched(id);
    }

    private async Task ChangeAll()
    {
        changing = true;
        try
        {
            while (waiting.Count > 0) await Change(TakeSome());
        }
        finally
        {
            changing = false;
        }
    }

    // Of one round's money one movement at a time: the second may be booked elsewhere.
    private Dictionary<FundsId, Waiting> TakeSome()
    {
        var some = new Dictionary<FundsId, Waiting>();
        for (var node = waiting.First; node is not null && some.Count < MaxTogether;)
        {
            var next = node.Next;
            if (some.TryAdd(node.Value.Movement.Id, node.Value)) waiting.Remove(node);
            node = next;
        }

        return some;
    }

    private async Task Change(Dictionary<FundsId, Waiting> some)
    {
        var callers = some.Values.ToArray();
        try
        {
            using var timeout = new CancellationTokenSource(ChangeTimeout, time);
            var movements = Array.ConvertAll(callers, c => c.Movement);
            var (rows, change, verdicts) = await Change(movements, timeout.Token);
            foreach (var alert in BudgetAlerts.Raised(rows, change)) LogAlert(alert.Id.Scope, alert.Id.Period, alert.Part, alert.UsedUsd, alert.CapUsd);
            foreach (var entry in change.Entries) telemetry.MoneyMoved(entry.To, entry.To == FundsState.Released ? entry.FromUsd : entry.Usd);
            for (var i = 0; i < callers.Length; i++) callers[i].Verdict.TrySetResult(verdicts[i]);
            owed = BudgetAlerts.Overspent(change, spending.CurrentValue.ResetAfter, time.Now()) ?? owed;
            if (owed is not null) await Trip(owed, timeout.Token);
        }
#pragma warning disable CA1031 // Whatever the ledger throws, its callers get: to them the outcome is unknown, and all movements are safe to repeat.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var caller in callers) caller.Verdict.TrySetException(e);
        }
    }

    // Its callers have their verdicts: what keeps the breaker from tripping is tried again after the next change.
    private async Task Trip(Pause pause, CancellationToken cancellationToken)
    {
        try
        {
            var at = time.Now(); // It holds from when it is in force, however late that is.
            await pauses.Set(pause with { Since = at, Until = at + spending.CurrentValue.ResetAfter }, cancellationToken);
            owed = null;
            LogTripped(pause.Reason);
        }
#pragma warning disable CA1031 // Whatever it is, it is said.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotTripped(pause.Reason, e);
        }
    }

    private async Task<(LedgerRows Rows, LedgerChange Change, Refusal?[] Verdicts)> Change(Movement[] movements, CancellationToken cancellationToken)
    {
        var at = time.Now();
        var capsOf = CapsOf(movements);
        (LedgerRows, LedgerChange, Refusal?[])? decided = null;
        await ledger.Change(
            movements.ToDictionary(m => m.Id, m => m.Payment),
            rows =>
            {
                var (change, verdicts) = BudgetRules.Apply(rows, movements, capsOf, at);
                decided = (rows, change, verdicts);
                return change;
            },
            cancellationToken);
        return decided!.Value;
    }

    // Options and plans are read here, in the grain's turn: what decides under the lock is pure.
    private Func<Payment, BudgetCaps> CapsOf(Movement[] movements)
    {
        var byClient = new Dictionary<string, BudgetCaps>(StringComparer.Ordinal);
        foreach (var movement in movements) byClient.TryAdd(movement.Payment.Owner.Client, CapsOf(movement.Payment));
        return payment => byClient[payment.Owner.Client];
    }

    private BudgetCaps CapsOf(Payment payment) => new(options.CurrentValue, options.Get(plans.PlanOf(payment.Owner.Client)));

    private sealed record Waiting(Movement Movement)
    {
        public TaskCompletionSource<Refusal?> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(2, LogLevel.Error, "SpendBreakerTripped: {Reason}", EventName = "SpendBreakerTripped")]
    private partial void LogTripped(string reason);

    [LoggerMessage(3, LogLevel.Critical, "The spend breaker could not be tripped, and is tried again after the next change of money: {Reason}")]
    private partial void LogNotTripped(string reason, Exception exception);

    [LoggerMessage(1, LogLevel.Warning, "BudgetAlert: {Scope} has used {Part:P0} of its budget for {Period}: ${UsedUsd} of ${CapUsd}", EventName = "BudgetAlert")]
    private partial void LogAlert(string scope, string period, decimal part, decimal usedUsd, decimal capUsd);
}
