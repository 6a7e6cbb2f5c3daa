using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Quotas;

namespace VideoGen.Grains.Quotas;

/// <summary>Asks those that keep them, and keeps nothing.</summary>
[GrainType(GrainNames.Limits)]
internal sealed class LimitsGrain(IGrainFactory grains) : Grain, ILimitsGrain
{
    private Owner Owner => LimitsKey.OwnerOf(this.GetPrimaryKeyString());

    public Task<QuotaLine> OfUser() => grains.GetGrain<IQuotaGrain>(QuotaKey.For(Owner.ToString())).Line();

    public Task<QuotaLine> OfRun(string run) => grains.GetGrain<IAgentRunGrain>(AgentRunKey.For(Owner, run)).Line();

    public Task<ImmutableArray<BudgetLine>> Budgets() =>
        grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).OfOwner(Owner);

    public Task<ClientLimits> OfClient() => grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).LimitsOf(Owner.Client);

    public Task<ImmutableArray<BudgetLine>> OfAll() => grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key).OfAll();
}
