using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>A client in the list.</summary>
/// <param name="Plan">The one in force.</param>
/// <param name="PlanMissing">The one that it is said to have, where that is not configured, so that another is in force; else null.</param>
/// <param name="ByConfiguration">Whether it is changed in the configuration alone.</param>
/// <param name="Keys">How many of its keys are in force, that of the configuration among them.</param>
/// <param name="LastUsedAt">When a key of the database was last used, to the minute.</param>
internal sealed record ClientBody(string Client, string Plan, string? PlanMissing, bool ByConfiguration, DateTimeOffset? CreatedAt, int Keys, DateTimeOffset? LastUsedAt)
{
    public static ClientBody Of(StoredClient client, Access.PlanNames plans) => new(
        client.Name, plans.InForce(client.Plan) ?? ClientPlan.Default, client.Plan is { } said && said != ClientPlan.Default && plans.InForce(said) is null ? said : null,
        client.IsConfigured, client.CreatedAt, client.Keys, client.LastUsedAt);
}

/// <summary>All clients, by name.</summary>
internal sealed record ClientListBody(IReadOnlyList<ClientBody> Clients);

/// <summary>All that there is of one.</summary>
/// <param name="Models">What it may ask for; null: all models that there are.</param>
/// <param name="Budgets">Its own of today and of this month.</param>
/// <param name="Videos">How many videos it has, by status.</param>
internal sealed record ClientDetailBody(
    ClientBody Client, IReadOnlyList<string>? Models, LimitsBody Limits, IReadOnlyList<BudgetLineBody> Budgets, IReadOnlyDictionary<string, long> Videos, long DeadLettered,
    long DuplicatesPrevented, decimal UsdPrevented, IReadOnlyList<KeyBody> Keys)
{
    public static ClientDetailBody Of(ClientBody client, IReadOnlyList<string>? models, ClientLimits limits, VideoStats stats, IReadOnlyList<StoredKey> keys) => new(
        client, models, new(limits.VideosPerDay, (long)limits.Cooldown.TotalSeconds, limits.UserDailyUsd, limits.UserMonthlyUsd), [.. limits.Budgets.Select(BudgetLineBody.Of)],
        stats.ByStatus, stats.DeadLettered, stats.DuplicatesPrevented, stats.UsdPrevented, [.. keys.Select(KeyBody.Of)]);
}

/// <summary>What each of its users may.</summary>
/// <param name="VideosPerDay">In 24 hours.</param>
/// <param name="CooldownSeconds">Between two.</param>
/// <param name="UserDailyUsd">US dollars; null for no cap.</param>
internal sealed record LimitsBody(int VideosPerDay, long CooldownSeconds, decimal? UserDailyUsd, decimal? UserMonthlyUsd);
