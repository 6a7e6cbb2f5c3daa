using VideoGen.Access;
using VideoGen.Providers;

namespace VideoGen.Grains.Providers;

/// <summary>
/// The line in front of one provider account, pure: each user in turn, so that a hundred videos of one do not hold another's first.
/// Replaced whole.
/// </summary>
/// <param name="Leases">Who is at the provider: until when they are believed to be there unless they are heard of.</param>
/// <param name="Waiting">Who asked and had to wait, the oldest first.</param>
/// <param name="Sent">When the last were let through, within a minute.</param>
/// <param name="Breaker">Whether the provider is worth trying.</param>
/// <param name="QuietUntil">Until when the provider asked for quiet.</param>
internal sealed record ProviderLine(Lease[] Leases, Place[] Waiting, DateTimeOffset[] Sent, Breaker Breaker, DateTimeOffset? QuietUntil)
{
    /// <summary>Who is not heard of for so long is no longer at the provider, or no longer in the line.</summary>
    public static readonly TimeSpan LeaseFor = TimeSpan.FromMinutes(12), PlaceFor = TimeSpan.FromSeconds(30);

    /// <summary>How soon somebody who waits asks again; in a long line less often, so that it costs no more than a short one.</summary>
    public static readonly TimeSpan AskAgainIn = TimeSpan.FromSeconds(3), AskAgainAtLatest = PlaceFor / 2;

    /// <summary>So many in the line ask again a second later each.</summary>
    private const int LongLine = 100;

    /// <summary>How long a provider that says "slow down", and not for how long, is left alone.</summary>
    public static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), LongestQuiet = TimeSpan.FromMinutes(10);

    public static ProviderLine Empty { get; } = new([], [], [], new(), null);

    /// <summary>Whether this slot may be taken now, and the line after that.</summary>
    public (ProviderLine Next, SlotAnswer Answer) Acquire(Slot slot, Owner owner, int? slots, int? perMinute, DateTimeOffset now)
    {
        var line = At(now);
        if (slots is not null) line = line.WithPlace(slot, owner, now); // Else nobody waits for anybody.
        if (line.Reason(slot, slots, perMinute, now) is { } wait) return (line, slots is null ? wait : wait with { Position = line.PositionOf(slot) });
        return (line with
        {
            Waiting = [.. line.Waiting.Where(p => p.Slot != slot)],
            Leases = slots is null ? [] : [.. line.Leases, new(slot, owner, now, now + LeaseFor)],
            Sent = perMinute is null ? [] : [.. line.Sent, now],
            Breaker = line.Breaker.Passed(now),
        }, new SlotAnswer.Granted());
    }

    /// <summary>The line after a call of the provider.</summary>
    public ProviderLine Heard(Slot slot, CallReport report, DateTimeOffset now)
    {
        var line = At(now);
        return line with
        {
            Leases = report.HoldsSlot
                ? [.. line.Leases.Select(l => l.Slot == slot ? l with { Until = now + LeaseFor } : l)]
                : [.. line.Leases.Where(l => l.Slot != slot)],
            Breaker = report.Worked switch { true => line.Breaker.Worked(), false => line.Breaker.Failed(now), null => line.Breaker },
            QuietUntil = report.Throttled ? now + Quiet(report.RetryAfter) : line.QuietUntil,
        };
    }

    /// <summary>How it looks from outside.</summary>
    public ProviderLook Look(AccountStanding? standing, ProviderTraits? traits, DateTimeOffset now)
    {
        var line = At(now);
        return new(
            standing?.Type, standing?.Trouble, standing?.LookedAt, Breaker.Look(now), traits?.Slots, line.Leases.Length, line.Waiting.Length, traits?.SubmitsPerMinute, line.Sent.Length,
            QuietUntil > now ? QuietUntil : null);
    }

    private SlotAnswer.Wait? Reason(Slot slot, int? slots, int? perMinute, DateTimeOffset now)
    {
        if (Breaker.HoldsUntil(now) is { } open) return Wait(WaitReason.Breaker, "The provider fails at the moment; it is tried again soon.", open, now);
        if (QuietUntil > now) return Wait(WaitReason.Rate, "The provider asked us to slow down.", QuietUntil.Value, now);
        if (Sent.Length >= perMinute) return Wait(WaitReason.Rate, "As many videos were sent to the provider in this minute as it takes.", Sent[^perMinute.Value] + Minute, now);
        if (slots is not { } all) return null;
        var free = all - Leases.Length;
        return FairOrder().Take(Math.Max(0, free)).Any(p => p.Slot == slot)
            ? null
            : new(WaitReason.Slot, $"The provider works on {all} videos at a time; this one is in the line.", Bounded(AskAgainIn + TimeSpan.FromSeconds(Waiting.Length / LongLine)));
    }

    private int PositionOf(Slot slot) => FairOrder().TakeWhile(place => place.Slot != slot).Count() + 1;

    // Whoever asks again keeps their place; whoever had a slot is sent again, and waits like everybody.
    private ProviderLine WithPlace(Slot slot, Owner owner, DateTimeOffset now)
    {
        var known = Array.Find(Waiting, p => p.Slot == slot);
        return this with
        {
            Leases = [.. Leases.Where(l => l.Slot != slot)],
            Waiting = known is null
                ? [.. Waiting, new(slot, owner, now, now)]
                : [.. Waiting.Select(p => ReferenceEquals(p, known) ? p with { Seen = now } : p)],
        };
    }

    // Who has least at the provider comes first, then who was served longest ago, then who has waited longest; of one user the oldest.
    private IEnumerable<Place> FairOrder()
    {
        var served = Leases.GroupBy(l => l.Owner).ToDictionary(g => g.Key, g => (Count: g.Count(), Last: g.Max(l => l.Since)));
        return Waiting
            .GroupBy(p => p.Owner)
            .SelectMany(g => g.Select((place, turn) => (Place: place, Served: served.GetValueOrDefault(g.Key), Turn: turn)))
            .OrderBy(p => p.Served.Count + p.Turn).ThenBy(p => p.Served.Last).ThenBy(p => p.Place.Since)
            .Select(p => p.Place);
    }

    private static SlotAnswer.Wait Wait(WaitReason why, string text, DateTimeOffset until, DateTimeOffset now) => new(why, text, Bounded(until - now));

    private static TimeSpan Bounded(TimeSpan wait) => wait < AskAgainIn ? AskAgainIn : wait < AskAgainAtLatest ? wait : AskAgainAtLatest;

    private static TimeSpan Quiet(TimeSpan? retryAfter) => retryAfter is not { } asked ? QuietFor : asked < LongestQuiet ? asked : LongestQuiet;

    private ProviderLine At(DateTimeOffset now) => this with
    {
        Leases = [.. Leases.Where(l => l.Until > now)],
        Waiting = [.. Waiting.Where(p => p.Seen > now - PlaceFor)],
        Sent = [.. Sent.Where(s => s > now - Minute)],
    };
}

/// <summary>A round at the provider.</summary>
internal sealed record Lease(Slot Slot, Owner Owner, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>A round in the line.</summary>
internal sealed record Place(Slot Slot, Owner Owner, DateTimeOffset Since, DateTimeOffset Seen);
