using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Grains.Quotas;

/// <summary>How much a ledger lets through, and how it says no.</summary>
/// <param name="Of">Whose: <c>user</c> or <c>run</c>.</param>
/// <param name="Videos">The most videos in a window.</param>
/// <param name="Window">Over which time they are counted.</param>
/// <param name="Cooldown">How long after one the next may follow.</param>
internal abstract record ReservationLimits(string Of, int Videos, TimeSpan Window, TimeSpan Cooldown)
{
    /// <param name="counting">What counts now, oldest first; at least <see cref="Videos"/>.</param>
    public abstract Refusal Full(IReadOnlyList<QuotaEntry> counting);

    public Refusal TooSoon(QuotaEntry last)
    {
        var until = last.At + Cooldown;
        return new(
            Codes.Cooldown,
            string.Create(CultureInfo.InvariantCulture, $"Please wait {Minutes(Cooldown)} between two videos. The next one is possible at {until:u}."),
            until,
            Limit: 1,
            Remaining: 0);
    }

    private static string Minutes(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} seconds")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes)} minutes");
}

/// <summary>A user's.</summary>
internal sealed record QuotaLimits(int VideosPerDay, TimeSpan Cooldown) : ReservationLimits("user", VideosPerDay, QuotaOptions.Window, Cooldown)
{
    public override Refusal Full(IReadOnlyList<QuotaEntry> counting)
    {
        var until = counting[^VideosPerDay].At + Window;
        return new(
            Codes.QuotaExceeded,
            string.Create(CultureInfo.InvariantCulture, $"You have had {counting.Count} of {VideosPerDay} videos in 24 hours. The next one is possible at {until:u}."),
            until,
            VideosPerDay,
            Remaining: 0);
    }
}

/// <summary>An agent's run's. Time does not help it: a person starts another run, or raises the limit.</summary>
internal sealed record RunLimits(int VideosPerRun) : ReservationLimits("run", VideosPerRun, AgentRunOptions.Window, TimeSpan.Zero)
{
    public override Refusal Full(IReadOnlyList<QuotaEntry> counting) => new(
        Codes.RunLimit,
        string.Create(CultureInfo.InvariantCulture, $"This run has made {counting.Count} of {VideosPerRun} new videos, the last of them {new VideoId(counting[^1].Request, counting[^1].Round)}. Another wording is another payment: take that one, or let a person ask."),
        Until: null,
        VideosPerRun,
        Remaining: 0);
}
