using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Requests;
using VideoGen.Quotas;

namespace VideoGen.Grains.Quotas;

/// <summary>Asks those that keep them, and keeps nothing.</summary>
[GrainType(GrainNames.Limits)]
internal sealed class LimitsGrain(IGrainFactory grains, TimeProvider time) : Grain, ILimitsGrain
{
    private Owner Owner => LimitsKey.OwnerOf(this.GetPrimaryKeyString());

    public Task<QuotaLine> OfUser() => grains.GetGrain<IQuotaGrain>(QuotaKey.For(Owner.ToString())).Line();

    public Task<QuotaLine> OfRun(string run) => grains.GetGrain<IAgentRunGrain>(AgentRunKey.For(Owner, run)).Line();

    public Task<ImmutableArray<BudgetLine>> Budgets() =>
        grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).Lines(new(Owner, Model: "", Account: "", Price.DayInUtc(time.Now())));

    public Task<ClientLimits> OfClient() => grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).LimitsOf(Owner.Client);

    public Task<ImmutableArray<BudgetLine>> OfAll() => grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).OfAll();
}
