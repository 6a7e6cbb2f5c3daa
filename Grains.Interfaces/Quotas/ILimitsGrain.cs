using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Budgets;

namespace VideoGen.Quotas;

/// <summary>What is left of the quota and the budgets of a user: to look at, for those who may not reserve. Key: <see cref="LimitsKey"/>.</summary>
[Alias("VideoGen.ILimitsGrain")]
public interface ILimitsGrain : IGrainWithStringKey
{
    /// <summary>The quota of the user; may be a moment old.</summary>
    [AlwaysInterleave, Alias("OfUser")]
    Task<QuotaLine> OfUser();

    /// <summary>The quota of a run of the user's client; may be a moment old.</summary>
    /// <param name="run">See <see cref="Requests.VideoAsk.IsRun"/>.</param>
    [AlwaysInterleave, Alias("OfRun")]
    Task<QuotaLine> OfRun(string run);

    /// <summary>The budgets of the user and of the client, as they are today.</summary>
    [AlwaysInterleave, Alias("Budgets")]
    Task<ImmutableArray<BudgetLine>> Budgets();

    /// <summary>The limits in force for the user's client, and its budgets of today and this month; may be a moment old.</summary>
    [AlwaysInterleave, Alias("OfClient")]
    Task<ClientLimits> OfClient();

    /// <summary>The budgets of all together, of today and this month, whoever's this grain is; may be a moment old.</summary>
    [AlwaysInterleave, Alias("OfAll")]
    Task<ImmutableArray<BudgetLine>> OfAll();
}

/// <summary>The key of a user's <see cref="ILimitsGrain"/>.</summary>
public static class LimitsKey
{
    private const string Prefix = "l-"; // Not a hex digit first, so no storage provider takes a key for a number or a Guid.

    public static string For(Owner owner) => Prefix + owner;

    /// <summary>The inverse of <see cref="For"/>.</summary>
    /// <exception cref="FormatException">It is not such a key.</exception>
    public static Owner OwnerOf(string key) => Owner.Parse(key[Prefix.Length..]);
}
