namespace VideoGen.Providers;

/// <summary>How one provider account does, as its line sees it. All of it from memory: after a restart it begins anew.</summary>
/// <param name="Type">Its protocol, as it is configured; null where the configuration no longer has it.</param>
/// <param name="Trouble">Why it does not let us in, and what to do; null where it does, or was not asked yet.</param>
/// <param name="LookedAt">When that was last looked at; null where it never is.</param>
/// <param name="Breaker">Whether it is worth trying.</param>
/// <param name="Slots">How many rounds may be there at a time; null for any number, and then nobody counts them.</param>
/// <param name="Used">How many are there.</param>
/// <param name="Waiting">How many wait for a place.</param>
/// <param name="SubmitsPerMinute">How many may be sent in a minute; null for any number.</param>
/// <param name="Sent">How many were sent in this one, where that is counted.</param>
/// <param name="QuietUntil">Until when it asked for quiet; null where it does not.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.ProviderLook")]
public sealed record ProviderLook(
    [property: Id(0)] string? Type,
    [property: Id(1)] string? Trouble,
    [property: Id(2)] DateTimeOffset? LookedAt,
    [property: Id(3)] BreakerLook Breaker,
    [property: Id(4)] int? Slots,
    [property: Id(5)] int Used,
    [property: Id(6)] int Waiting,
    [property: Id(7)] int? SubmitsPerMinute,
    [property: Id(8)] int Sent,
    [property: Id(9)] DateTimeOffset? QuietUntil);

/// <summary>A provider's circuit breaker.</summary>
/// <param name="State">Whether somebody is let through.</param>
/// <param name="Failures">How many calls in a row did not work.</param>
/// <param name="Since">Since when not everybody is let through; null while it is closed.</param>
/// <param name="Until">Until when nobody is; null unless it is open.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.BreakerLook")]
public sealed record BreakerLook([property: Id(0)] BreakerState State, [property: Id(1)] int Failures, [property: Id(2)] DateTimeOffset? Since, [property: Id(3)] DateTimeOffset? Until);

/// <summary>Whether a provider is worth trying.</summary>
public enum BreakerState
{
    /// <summary>Everybody is let through.</summary>
    Closed,

    /// <summary>Nobody is.</summary>
    Open,

    /// <summary>One at a time is, to try.</summary>
    Trying,
}
