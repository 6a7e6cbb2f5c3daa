using System.Globalization;
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
    /// <summary>How long an entry is kept after it stopped counting; no call is that late. Shorter than refused requests are kept.</summary>
    public static readonly TimeSpan KeptFor = QuotaOptions.Window + TimeSpan.FromHours(1);

    /// <summary>A reservation that nobody settled (its charge was never proven) is dropped after this.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromDays(7);

    public static (QuotaDocument Next, QuotaVerdict Verdict) Reserve(QuotaDocument ledger, string request, int round, QuotaOptions limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        if (Find(ledger, request, round) is { } known)
        {
            return (ledger, known.State == QuotaEntryState.Released
                ? new QuotaVerdict.Refused(new(Codes.AdmissionUnavailable, "This reservation was given back before it came. Ask again."))
                : new QuotaVerdict.Reserved());
        }

        if (Refusal(ledger, limits, at) is { } refusal) return (ledger, new QuotaVerdict.Refused(refusal));
        return (With(ledger, new(request, round, at, QuotaEntryState.Held), at), new QuotaVerdict.Reserved());
    }

    /// <param name="asked">When the round was asked for: what an entry counts from that this ledger has never seen, or no longer has.</param>
    public static QuotaDocument Settle(QuotaDocument ledger, string request, int round, bool counts, DateTimeOffset asked, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        var settled = counts ? QuotaEntryState.Counted : QuotaEntryState.Released;
        return Find(ledger, request, round) switch
        {
            { State: QuotaEntryState.Held } held => With(ledger, held with { State = settled }, at),
            // Always a write: a ledger that is not the newest loses the race with it, and then finds the entry.
            null => With(ledger, new(request, round, asked, settled), at),
            _ => ledger, // Settled before; the first settlement stands.
        };
    }

    /// <summary>Why nothing more can be reserved now; null where something can.</summary>
    public static Refusal? Refusal(QuotaDocument ledger, QuotaOptions limits, DateTimeOffset now)
    {
        var at = Clock.Later(now, ledger.UpdatedAt);
        var counting = Counting(ledger, at).Select(e => e.At).Order().ToArray();
        if (counting.Length >= limits.VideosPerDay)
        {
            var until = counting[^limits.VideosPerDay] + QuotaOptions.Window;
            return new(
                Codes.QuotaExceeded,
                string.Create(CultureInfo.InvariantCulture, $"You have had {counting.Length} of {limits.VideosPerDay} videos in 24 hours. The next one is possible at {until:u}."),
                until,
                limits.VideosPerDay,
                Remaining: 0);
        }

        if (counting is [.., var last] && last + limits.Cooldown > at)
        {
            var until = last + limits.Cooldown;
            return new(
                Codes.Cooldown,
                string.Create(CultureInfo.InvariantCulture, $"Please wait {Minutes(limits.Cooldown)} between two videos. The next one is possible at {until:u}."),
                until,
                Limit: 1,
                Remaining: 0);
        }

        return null;
    }

    private static string Minutes(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} seconds")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes)} minutes");

    private static IEnumerable<QuotaEntry> Counting(QuotaDocument ledger, DateTimeOffset at) =>
        ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - QuotaOptions.Window);

    private static QuotaEntry? Find(QuotaDocument ledger, string request, int round) =>
        Array.Find(ledger.Entries, e => e.Round == round && e.Request == request);

    private static QuotaDocument With(QuotaDocument ledger, QuotaEntry entry, DateTimeOffset at) => ledger with
    {
        UpdatedAt = at,
        Entries =
        [
            .. ledger.Entries.Where(e => (e.Round != entry.Round || e.Request != entry.Request) && e.At > at - (e.State == QuotaEntryState.Held ? HeldFor : KeptFor)),
            entry,
        ],
    };
}
