using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Budgets;

/// <summary>
/// The way to the money ledger: calls that wait together share one commit. It decides nothing that the ledger's rows do not say under
/// lock, so two of it alive at once cost speed alone. Key: <see cref="Key"/>.
/// </summary>
[Alias("VideoGen.IBudgetGrain")]
public interface IBudgetGrain : IGrainWithStringKey
{
    /// <summary>The key of the one there is.</summary>
    const string Key = "b-global";

    /// <summary>Books a movement. Null when it stands; only a reservation can be refused, and then nothing of it is held.</summary>
    [AlwaysInterleave, Alias("Move")]
    Task<Refusal?> Move(Movement movement);

    /// <summary>What a reservation would be refused with now; null where it would not be. Changes nothing, and may be a moment old.</summary>
    [AlwaysInterleave, Alias("Peek")]
    Task<Refusal?> Peek(Payment payment, decimal usd);

    /// <summary>The budgets of this payment's user and client that have a cap, as they are now; may be a moment old.</summary>
    [AlwaysInterleave, Alias("Lines")]
    Task<ImmutableArray<BudgetLine>> Lines(Payment payment);

    /// <summary>The budgets of a user and their client that have a cap, of today and of this month; may be a moment old.</summary>
    [AlwaysInterleave, Alias("OfOwner")]
    Task<ImmutableArray<BudgetLine>> OfOwner(Owner owner);

    /// <summary>The limits in force for a client, and its budgets of today and this month; may be a moment old.</summary>
    [AlwaysInterleave, Alias("LimitsOf")]
    Task<ClientLimits> LimitsOf(string client);

    /// <summary>The budgets of all together, of today and of this month, whether they have a cap or not; may be a moment old.</summary>
    [AlwaysInterleave, Alias("OfAll")]
    Task<ImmutableArray<BudgetLine>> OfAll();
}
