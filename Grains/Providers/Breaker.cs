using VideoGen.Providers;

namespace VideoGen.Grains.Providers;

/// <summary>
/// A provider's circuit breaker, pure: after so many failures in a row nobody is let through for a while, then one at a time to try,
/// and the first that works lets everybody through. Our own refusals are no failures.
/// </summary>
/// <param name="Failures">How many calls in a row did not work.</param>
/// <param name="OpenUntil">Until when nobody is let through; null while it is closed.</param>
/// <param name="Trying">Until when somebody who was let through to try is waited for.</param>
/// <param name="Since">Since when it has not been closed; null while it is.</param>
internal sealed record Breaker(int Failures = 0, DateTimeOffset? OpenUntil = null, DateTimeOffset? Trying = null, DateTimeOffset? Since = null)
{
    /// <summary>So many failures in a row open it.</summary>
    public const int Threshold = 5;

    /// <summary>How long it is open at first; twice as long each time that a try fails.</summary>
    public static readonly TimeSpan OpenFirst = TimeSpan.FromSeconds(30);

    /// <summary>The longest that it is open.</summary>
    public static readonly TimeSpan OpenLongest = TimeSpan.FromMinutes(5);

    /// <summary>Who tries and is not heard of for so long is waited for no longer.</summary>
    public static readonly TimeSpan TryFor = TimeSpan.FromMinutes(2);

    /// <summary>Until when somebody has to wait; null where they may go.</summary>
    public DateTimeOffset? HoldsUntil(DateTimeOffset at) => OpenUntil > at ? OpenUntil : OpenUntil is not null && Trying > at ? Trying : null;

    /// <summary>Somebody was let through.</summary>
    public Breaker Passed(DateTimeOffset at) => OpenUntil is null ? this : this with { Trying = at + TryFor };

    public Breaker Worked() => this is { Failures: 0, OpenUntil: null } ? this : new();

    public Breaker Failed(DateTimeOffset at)
    {
        var failures = Failures + 1;
        if (failures < Threshold) return new(failures);
        if (OpenUntil > at) return this with { Failures = failures }; // Those that were on their way when it opened.
        var times = OpenUntil is null ? 0 : failures - Threshold;
        var open = OpenFirst * Math.Pow(2, Math.Clamp(times, 0, 10));
        return new(failures, at + (open < OpenLongest ? open : OpenLongest), Since: Since ?? at);
    }

    /// <summary>How it looks from outside.</summary>
    public BreakerLook Look(DateTimeOffset at) => OpenUntil is not { } until ? new(BreakerState.Closed, Failures, Since: null, Until: null)
        : until > at ? new(BreakerState.Open, Failures, Since, until)
        : new(BreakerState.Trying, Failures, Since, Until: null);
}
