using VideoGen.Grains.Persistence;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Grains.Quotas;

/// <summary>
/// Reserve and settle as pure functions. Both are idempotent by (request, round) and may come in any order:
/// a release leaves a tombstone that refuses the reserve that comes after it.
/// </summary>
internal static class QuotaLedger
{
    /// <summary>How long an entry is kept after it stopped counting; no call is that late. With a day's window, shorter than refused requests are kept.</summary>
    private static readonly TimeSpan KeptAfter = TimeSpan.FromHours(1);

    /// <summary>A reservation that nobody settled (its charge was never proven) is dropped after this, where it counts no longer.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromDays(7);

    public static (QuotaDocument Next, ReserveVerdict Verdict) Reserve(QuotaDocument ledger, string request, int round, ReservationLimits limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        if (Find(ledger, request, round) is { } known)
        {
            return (ledger, known.State == QuotaEntryState.Released
                ? new ReserveVerdict.Refused(new(Codes.AdmissionUnavailable, "This reservation was given back before it came. Ask again."))
                : new ReserveVerdict.Reserved());
        }

        if (Refusal(ledger, limits, at) is { } refusal) return (ledger, new ReserveVerdict.Refused(refusal));
        return (With(ledger, new(request, round, at, QuotaEntryState.Held), limits, at), new ReserveVerdict.Reserved());
    }

    /// <param name="asked">When the round was asked for: what an entry counts from that this ledger has never seen, or no longer has.</param>
    public static QuotaDocument Settle(QuotaDocument ledger, string request, int round, bool counts, DateTimeOffset asked, ReservationLimits limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        var settled = counts ? QuotaEntryState.Counted : QuotaEntryState.Released;
        return Find(ledger, request, round) switch
        {
            { State: QuotaEntryState.Held } held => With(ledger, held with { State = settled }, limits, at),
            // Always a write: a ledger that is not the newest loses the race with it, and then finds the entry.
            null => With(ledger, new(request, round, asked, settled), limits, at),
            _ => ledger, // Settled before; the first settlement stands.
        };
    }

    /// <summary>Why nothing more can be reserved now; null where something can.</summary>
    public static Refusal? Refusal(QuotaDocument ledger, ReservationLimits limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        var counting = Counting(ledger, limits, at);
        if (counting.Length >= limits.Videos) return limits.Full(counting);
        return counting is [.., var last] && last.At + limits.Cooldown > at ? limits.TooSoon(last) : null;
    }

    /// <summary>How much is used now.</summary>
    public static QuotaLine Line(QuotaDocument ledger, ReservationLimits limits, DateTimeOffset now) =>
        new(limits.Of, Counting(ledger, limits, Clock.Later(now, ledger.UpdatedAt)).Length, limits.Videos, Refusal(ledger, limits, now)?.Until);

    private static QuotaEntry[] Counting(QuotaDocument ledger, ReservationLimits limits, DateTimeOffset at) =>
        [.. ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - limits.Window).OrderBy(e => e.At)];

    private static QuotaEntry? Find(QuotaDocument ledger, string request, int round) =>
        Array.Find(ledger.Entries, e => e.Round == round && e.Request == request);

    private static QuotaDocument With(QuotaDocument ledger, QuotaEntry entry, ReservationLimits limits, DateTimeOffset at) => ledger with
    {
        UpdatedAt = at,
        Entries =
        [
            .. ledger.Entries.Where(e => (e.Round != entry.Round || e.Request != entry.Request) && e.At > at - KeptFor(e, limits)),
            entry,
        ],
    };

    private static TimeSpan KeptFor(QuotaEntry entry, ReservationLimits limits) =>
        entry.State == QuotaEntryState.Held && HeldFor > limits.Window ? HeldFor : limits.Window + KeptAfter;
}
