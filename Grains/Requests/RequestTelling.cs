using System.Globalization;
using System.Text.Json.Serialization;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// Who is told how a round ends, and when each is told again who did not hear it: by the schedule of Standard Webhooks, each by itself.
/// Pure and total like <see cref="RequestLifecycle"/>. What a round does never depends on it.
/// </summary>
internal static class RequestTelling
{
    /// <summary>The most addresses that the asks of one round name. One more is not told, and its ask is answered so.</summary>
    public const int MaxAddresses = 8;

    /// <summary>How long after each failed try the next one comes, a tenth more or less: after the last it is given up, 3 days later.</summary>
    public static readonly IReadOnlyList<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Who wants to hear after one more ask; the very same where it adds nobody.</summary>
    /// <param name="known">Who did before; null where nobody did.</param>
    /// <param name="webhooks">Whether its client has webhooks.</param>
    /// <param name="address">The address that it named; null where it named none.</param>
    public static Hearers? With(Hearers? known, bool webhooks, string? address)
    {
        if (!webhooks && address is null) return known;
        var before = known ?? Hearers.Nobody;
        var after = before with
        {
            Webhooks = before.Webhooks || webhooks,
            Addresses = address is null || before.Addresses.Contains(address) || before.Addresses.Length >= MaxAddresses ? before.Addresses : [.. before.Addresses, address],
        };
        return after.Webhooks == before.Webhooks && after.Addresses.Length == before.Addresses.Length ? known : after;
    }

    /// <summary>What is owed when a round ends; null where nobody wants to hear.</summary>
    public static Telling? Begin(Hearers? hearers, DateTimeOffset at) =>
        hearers is null ? null : new(hearers.Again(), Look: hearers.Webhooks ? new Due(at) : null, [.. hearers.Addresses.Select(address => new Told(address, new Due(at)))]);

    /// <summary>A round that stopped, for when it goes on: its next ending is another one.</summary>
    public static Live Resumable(Live stopped) => stopped.Ticket.Hearers is { } hearers ? WithHearers(stopped, hearers.Again()) : stopped;

    /// <summary>Whether somebody has still to be told.</summary>
    public static bool Owes(Ended s) => s.Telling is { } telling && (telling.Look is not null || Array.Exists(telling.Told, told => told.Due is not null));

    /// <summary>What is owed of it, by itself and beside everything else: whoever does not answer holds nobody up.</summary>
    public static IEnumerable<(DateTimeOffset NotBefore, RequestEffect Effect)> Owed(RequestDocument document)
    {
        foreach (var state in document.Rounds)
        {
            if (state is not Ended { Telling: { } telling } s) continue;
            if (telling.Look is { } look) yield return (look.NotBefore, new RequestEffect.FindHearers(s.Round, telling.Ending));
            foreach (var told in telling.Told)
            {
                if (told.Due is { } due) yield return (due.NotBefore, new RequestEffect.TellClient(s.Round, telling.Ending, told.To, due.Failures));
            }
        }
    }

    /// <summary>The round without the addresses that its asks named: they may say whose they were. The very same where there are none.</summary>
    public static Ended WithoutAddresses(Ended s) => s.Telling is { Hearers.Addresses: [_, ..] named } telling
        ? WithHearers(s, telling with { Hearers = telling.Hearers with { Addresses = [] }, Told = [.. telling.Told.Where(told => !named.Contains(told.To))] })
        : s;

    public static RequestState Apply(RequestState state, OfTelling happened) => (state, happened) switch
    {
        (Live s, Listened e) => With(s.Ticket.Hearers, e.Webhooks, e.Address) is { } hearers && hearers != s.Ticket.Hearers ? WithHearers(s, hearers) : s,
        (Ended s, Listened e) => Listen(s, e),
        (Ended s, TellAgainWanted e) => TellAgain(s, e),
        (Ended { Telling: { } telling } s, OfEnding e) when e.Ending == telling.Ending => After(telling, e) is var after && ReferenceEquals(after, telling) ? s : s with { Telling = after },
        _ => state,
    };

    // Who comes when it is over and names an address is told at that address, too: whoever waits there need not read the answer. The client's
    // webhooks were told, or were not there, unless it ended while this ask was answered. A dead letter may end once more: that is for all.
    private static Ended Listen(Ended s, Listened e)
    {
        var known = s.Telling?.Hearers;
        var hearers = With(known, e.Webhooks && (e.WasLive || s.Outcome is RequestOutcome.DeadLettered), e.Address);
        if (hearers is null || ReferenceEquals(hearers, known)) return s;
        var telling = s.Telling ?? new Telling(hearers.Again(), Look: null, []);
        return WithHearers(s, telling with
        {
            Hearers = hearers with { Endings = telling.Ending },
            Look = e.WasLive && hearers.Webhooks && known is not { Webhooks: true } ? new Due(e.At) : telling.Look,
            Told = hearers.Addresses.Length == (known?.Addresses.Length ?? 0) ? telling.Told : [.. telling.Told, new Told(e.Address!, new Due(e.At))],
        });
    }

    private static Ended TellAgain(Ended s, TellAgainWanted e)
    {
        var known = s.Telling?.Hearers;
        if (With(known, e.Webhooks, address: null) is not { } hearers) return s;
        var ending = s.Telling?.Ending ?? 1;
        Told[] told = [.. hearers.Addresses.Select(address => new Told(address, new Due(e.At)))];
        return WithHearers(s, new Telling(hearers with { Endings = ending }, Look: hearers.Webhooks ? new Due(e.At) : null, told));
    }

    private static Telling After(Telling telling, OfEnding happened) => happened switch
    {
        HearersFound e when telling.Look is not null => telling with
        {
            Look = null,
            Told = [.. telling.Told, .. e.Webhooks.Where(id => !Array.Exists(telling.Told, told => told.To == id)).Select(id => new Told(id, new Due(e.At)))],
        },
        HearersNotFound e when telling.Look is { } due => telling with { Look = due.Later(e.At, Salt(telling, ""), e.Failure) },
        ClientTold e => Change(telling, e.To, told => told with { Due = null, Fate = ToldFate.Heard, At = e.At }),
        ClientGone e => Change(telling, e.To, told => told with { Due = null, Fate = ToldFate.Gone, At = e.At }),
        ClientNotTold e => Change(telling, e.To, told => told.Due!.Failures == e.Failures ? LaterOrNever(telling, told, e) : told),
        _ => telling,
    };

    private static Told LaterOrNever(Telling telling, Told told, ClientNotTold e)
    {
        var failures = e.Failures + 1;
        return failures > Waits.Count
            ? told with { Due = null, Fate = ToldFate.GivenUp, At = e.At, LastTrouble = e.Failure.Detail }
            : told with { Due = new Due(e.At + Backoff.Jittered(Waits[failures - 1], Salt(telling, told.To), failures), failures), LastTrouble = e.Failure.Detail };
    }

    private static Telling Change(Telling telling, string to, Func<Told, Told> change)
    {
        var index = Array.FindIndex(telling.Told, told => told.To == to && told.Due is not null);
        if (index < 0) return telling;
        var changed = change(telling.Told[index]);
        if (ReferenceEquals(changed, telling.Told[index])) return telling;
        var told = (Told[])telling.Told.Clone();
        told[index] = changed;
        return telling with { Told = told };
    }

    private static Live WithHearers(Live s, Hearers hearers) => s with { Ticket = s.Ticket with { Hearers = hearers } };

    private static Ended WithHearers(Ended s, Telling telling) => s with
    {
        Telling = telling,
        Outcome = s.Outcome is RequestOutcome.DeadLettered dead ? dead with { ResumeAt = WithHearers(dead.ResumeAt, telling.Hearers) } : s.Outcome,
    };

    private static string Salt(Telling telling, string to) => string.Create(CultureInfo.InvariantCulture, $"{telling.Ending} {to}");
}

/// <summary>Who wants to hear how a round ends.</summary>
/// <param name="Webhooks">The webhooks that its client has when it ends.</param>
/// <param name="Addresses">Those that its asks named.</param>
internal sealed record Hearers([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Webhooks, string[] Addresses)
{
    public static readonly Hearers Nobody = new(Webhooks: false, []);

    /// <summary>How often the round has ended: a dead letter that goes on ends again, and that is told under another name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Endings { get; init; }

    /// <summary>The same at the round's next ending.</summary>
    public Hearers Again() => this with { Endings = Endings + 1 };
}

/// <summary>Who is told of an ending.</summary>
/// <param name="Hearers">Who wants to hear it.</param>
/// <param name="Look">Set while it must still be looked which webhooks the client has.</param>
/// <param name="Told">Each of them, and what became of telling it.</param>
internal sealed record Telling(Hearers Hearers, Due? Look, Told[] Told)
{
    /// <summary>Which ending of the round this is, from 1.</summary>
    [JsonIgnore] public int Ending => Hearers.Endings;
}

/// <summary>One of those who are told of an ending.</summary>
/// <param name="To">The id of a webhook, or an address.</param>
/// <param name="Due">Set while it must still be told.</param>
/// <param name="Fate">What became of that; null while it is open.</param>
/// <param name="At">When.</param>
/// <param name="LastTrouble">Why the last try failed; null where none did.</param>
internal sealed record Told(string To, Due? Due, ToldFate? Fate = null, DateTimeOffset? At = null, string? LastTrouble = null)
{
    /// <summary>The same for logs and people: what stands behind a question mark may be a secret.</summary>
    [JsonIgnore] public string Name => Uri.TryCreate(To, UriKind.Absolute, out var url) ? $"{url.Scheme}://{url.Authority}" : To;
}

/// <summary>What became of telling somebody.</summary>
internal enum ToldFate
{
    Heard,

    /// <summary>It never wants to hear of anything again, or is not registered any more.</summary>
    Gone,

    /// <summary>It was tried as often as it is tried.</summary>
    GivenUp,
}
