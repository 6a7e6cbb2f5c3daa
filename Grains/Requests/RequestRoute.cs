using VideoGen.Grains.Providers;

namespace VideoGen.Grains.Requests;

/// <summary>
/// The way of a round over the models of a route: fixed when it is accepted, and gone on only with proof that the stop before has no job,
/// or has a failed one that is free. Pure. Where the proof is, the lifecycle says.
/// </summary>
internal static class RequestRoute
{
    /// <summary>A provider that asks us to slow down is asked so many times in a row, each as late as it says, before the next stop is.</summary>
    public const int ThrottledSends = 3;

    /// <summary>Whether a send that certainly made no job lets the next stop try.</summary>
    /// <param name="course">What the round has been through before this send.</param>
    /// <param name="failure">Why there is no job.</param>
    /// <param name="why">What the proof is.</param>
    public static bool MayLeave(Course course, Failure failure, WhyLeft why) => failure switch
    {
        { IsOurs: true } or { Kind: FailureKind.Rejected } => false, // Our own no, and a policy's, is no reason to ask somebody else.
        { Kind: FailureKind.Throttled } => course.FailedSends + 1 >= ThrottledSends,
        _ => why != WhyLeft.Unreachable || failure.Kind == FailureKind.Unavailable,
    };

    /// <summary>The round at its next stop: a new attempt, so that no fact of the one before is taken for one of this. Null where there is none.</summary>
    public static (Ticket Ticket, Course Course)? Next(Ticket ticket, Course course, WhyLeft why)
    {
        if (ticket.Further is not { Length: > 0 } further) return null;
        var here = StopOf(ticket);
        return (
            At(ticket, further) with { Booked = ticket.Booking is not null },
            course with { Attempt = course.Attempt + 1, FailedSends = 0, Left = [.. course.Left ?? [], new(course.Attempt, here.Model, here.Account, here.PriceUsd, why)] });
    }

    /// <summary>The same terms at the first of these stops, with the others to go on to.</summary>
    public static Ticket At(Ticket ticket, Stop[] stops) => ticket with
    {
        Model = stops[0].Model == ticket.Options.Model ? null : stops[0].Model,
        ProviderModel = stops[0].ProviderModel,
        Account = stops[0].Account,
        PriceUsd = stops[0].PriceUsd,
        Limits = ticket.Limits with { Resolution = stops[0].Resolution, QuietTime = stops[0].QuietTime, KeepsOriginal = stops[0].KeepsOriginal, KeyKeptFor = stops[0].KeyKeptFor },
        Further = stops.Length > 1 ? stops[1..] : null,
    };

    /// <summary>The same terms with those stops alone that are of this account; null where none is.</summary>
    public static Ticket? Only(Ticket ticket, string account)
    {
        Stop[] kept = [.. ((Stop[])[StopOf(ticket), .. ticket.Further ?? []]).Where(stop => stop.Account == account)];
        return kept.Length > 0 ? At(ticket, kept) : null;
    }

    /// <summary>The stop of an attempt, where it was left since; null for the one where the round is.</summary>
    public static LeftStop? StopOf(LeftStop[]? left, int attempt) => Array.Find(left ?? [], stop => attempt <= stop.LastAttempt);

    private static Stop StopOf(Ticket ticket) => new(
        ticket.Model ?? ticket.Options.Model, ticket.Account, ticket.PriceUsd, ticket.Limits.Resolution, ticket.Limits.QuietTime, ticket.Limits.KeepsOriginal, ticket.ProviderModel, ticket.Limits.KeyKeptFor);
}

/// <summary>A model of a route, under the terms of the day on which the round was accepted.</summary>
/// <param name="Model">Its public name.</param>
/// <param name="Account">The provider account.</param>
/// <param name="PriceUsd">The worst case, US dollars.</param>
/// <param name="Resolution">As <see cref="ProviderTraits.Resolution"/>.</param>
/// <param name="QuietTime">As <see cref="ProviderTraits.QuietTime"/>.</param>
/// <param name="KeepsOriginal">As <see cref="ProviderTraits.KeepsOriginal"/>.</param>
/// <param name="ProviderModel">What the provider calls it; null where that is its public name.</param>
/// <param name="KeyKeptFor">As <see cref="ProviderTraits.KeyKeptFor"/>.</param>
internal sealed record Stop(string Model, string Account, decimal PriceUsd, Resolution Resolution, TimeSpan QuietTime, bool KeepsOriginal, string? ProviderModel = null, TimeSpan? KeyKeptFor = null);

/// <summary>A stop that a round has left. What is known of it stays with the round: a job of it may come to light later.</summary>
/// <param name="LastAttempt">The last attempt there.</param>
/// <param name="Model">The public name of the model.</param>
/// <param name="Account">The provider account.</param>
/// <param name="PriceUsd">The worst case there, US dollars.</param>
/// <param name="Why">What let the next stop try.</param>
internal sealed record LeftStop(int LastAttempt, string Model, string Account, decimal PriceUsd, WhyLeft Why)
{
    public Price? PriceOn(DateOnly? day) => Price.Of(Model, Account, PriceUsd, day);
}

/// <summary>What let the next stop of a route try: each is a proof that this one has no job that costs anything.</summary>
internal enum WhyLeft
{
    /// <summary>The provider's answer proved that there is no job.</summary>
    NoJob,

    /// <summary>The same, because it does not take this request.</summary>
    Refused,

    /// <summary>The same, and it asked us to slow down again and again.</summary>
    Throttled,

    /// <summary>The provider could not be reached: nothing was sent.</summary>
    Unreachable,

    /// <summary>A complete lookup, late enough, found nothing.</summary>
    JobAbsent,

    /// <summary>Its job failed free of charge.</summary>
    JobFailed,

    /// <summary>It fails again and again, and was not asked.</summary>
    Breaker,
}
