using Microsoft.Extensions.DependencyInjection;
using VideoGen.Budgets;
using VideoGen.Grains;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Storage;
using VideoGen.Storage.Budgets;

namespace VideoGen.Bench;

/// <summary>The way to the ledger as requests go it: the grain that lets calls which wait together share a change, on the engine, in this process.</summary>
internal sealed class BudgetCalls(IGrainFactory grains, IAsyncDisposable engine) : IAsyncDisposable
{
    /// <summary>Above all that is reserved, and a cap all the same: it is looked at for each.</summary>
    private const decimal CapUsd = 10_000_000;

    private readonly IBudgetGrain budget = grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key);

    public static async Task<BudgetCalls> Start(string database)
    {
        var (grains, engine) = await GrainCalls.StartEngine(services =>
        {
            services.AddLogging().AddSingleton<IClientPlans, OnePlan>();
            services.AddPostgresForDoor(database).AddSingleton<IMoneyLedger, PostgresMoneyLedger>();
            services.AddVideoGrains();
            services.Configure<BudgetOptions>(options =>
                options.GlobalDailyUsd = options.GlobalMonthlyUsd = options.ClientDailyUsd = options.ClientMonthlyUsd
                    = options.UserDailyUsd = options.UserMonthlyUsd = options.ProviderDailyUsd = options.ProviderMonthlyUsd = CapUsd);
        });
        return new(grains, engine);
    }

    /// <summary>Reserves; it must not be refused.</summary>
    public async Task Reserve(FundsId id, Payment payment, decimal usd)
    {
        if (await budget.Move(new Movement.Reserve(id, 1, payment, usd)) is { } refusal) throw new InvalidOperationException($"A reservation was refused: {refusal}");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private sealed class OnePlan : IClientPlans
    {
        public string PlanOf(string client) => IClientPlans.DefaultPlan;
    }
}
