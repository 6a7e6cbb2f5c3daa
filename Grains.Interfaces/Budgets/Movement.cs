using VideoGen.Access;

namespace VideoGen.Budgets;

/// <summary>Whose money it is: that of one round, or that of a job of it that no round waits for.</summary>
/// <param name="RequestKey">The request.</param>
/// <param name="Round">Its round.</param>
/// <param name="JobId">The provider's job that nobody waits for; empty for the round itself.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.FundsId")]
public readonly record struct FundsId([property: Id(0)] string RequestKey, [property: Id(1)] int Round, [property: Id(2)] string JobId = "");

/// <summary>Who pays whom for what, and on which day: what decides which budgets it is taken from. Fixed when a round is accepted.</summary>
/// <param name="Owner">Whose video it is.</param>
/// <param name="Model">The public name of its model.</param>
/// <param name="Account">The provider account that is paid.</param>
/// <param name="Day">The day of the reservation. All that follows is booked on it, however late.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Payment")]
public sealed record Payment([property: Id(0)] Owner Owner, [property: Id(1)] string Model, [property: Id(2)] string Account, [property: Id(3)] DateOnly Day);

/// <summary>
/// One thing that happens to money. Safe to repeat and safe in any order: it carries the revision of the document that it was read off,
/// and one of an older revision than the last changes nothing.
/// </summary>
/// <param name="Id">Whose money.</param>
/// <param name="Revision">The revision of the request's document that says so.</param>
/// <param name="Payment">Where it is booked.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Movement")]
public abstract record Movement([property: Id(0)] FundsId Id, [property: Id(1)] long Revision, [property: Id(2)] Payment Payment)
{
    /// <summary>
    /// Holds the worst case before anything is paid. The only movement that can be refused. One of a newer document that names another payment
    /// or amount moves what is held there, all or nothing: its round goes on at another account.
    /// </summary>
    /// <param name="Id">Whose money.</param>
    /// <param name="Revision">See <see cref="Movement"/>.</param>
    /// <param name="Payment">Where it is booked.</param>
    /// <param name="Usd">The worst case, US dollars; 0 only where it moves to where it is free.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.Movement.Reserve")]
    public sealed record Reserve(FundsId Id, long Revision, Payment Payment, [property: Id(0)] decimal Usd) : Movement(Id, Revision, Payment);

    /// <summary>It was paid.</summary>
    /// <param name="Id">Whose money.</param>
    /// <param name="Revision">See <see cref="Movement"/>.</param>
    /// <param name="Payment">Where it is booked.</param>
    /// <param name="Usd">How much, US dollars. May be above what was reserved: the truth is booked.</param>
    /// <param name="Source">How we know.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.Movement.Settle")]
    public sealed record Settle(FundsId Id, long Revision, Payment Payment, [property: Id(0)] decimal Usd, [property: Id(1)] CostSource Source) : Movement(Id, Revision, Payment);

    /// <summary>It is proven that nothing was paid. Leaves a tombstone that refuses a reservation that comes later.</summary>
    /// <param name="Id">Whose money.</param>
    /// <param name="Revision">See <see cref="Movement"/>.</param>
    /// <param name="Payment">Where it is booked.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.Movement.Release")]
    public sealed record Release(FundsId Id, long Revision, Payment Payment) : Movement(Id, Revision, Payment);

    /// <summary>Nobody knows whether it was paid: it stays held, on whatever day, until somebody knows.</summary>
    /// <param name="Id">Whose money.</param>
    /// <param name="Revision">See <see cref="Movement"/>.</param>
    /// <param name="Payment">Where it is booked.</param>
    /// <param name="Usd">The worst case, US dollars.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.Movement.Risk")]
    public sealed record Risk(FundsId Id, long Revision, Payment Payment, [property: Id(0)] decimal Usd) : Movement(Id, Revision, Payment);
}

/// <summary>How we know what something cost.</summary>
public enum CostSource
{
    /// <summary>The provider said so.</summary>
    Provider,

    /// <summary>It was paid, and the provider did not say how much: our price list.</summary>
    PriceList,

    /// <summary>Nobody ever found out; an operator gave it up, and it counts as paid.</summary>
    Discarded,
}
