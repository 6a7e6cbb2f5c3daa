using System.Globalization;
using System.Text.Json;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Simulation.Tests;

/// <summary>The promises, checked from outside: against what landed on disk, the provider's own books, and what clients were told.</summary>
internal sealed class Checks(SimulatedWorld world)
{
    private static readonly int TraceLines = int.TryParse(Environment.GetEnvironmentVariable("VIDEOGEN_TRACE"), CultureInfo.InvariantCulture, out var lines) ? lines : 60;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24), Stale = TimeSpan.FromMinutes(15);
    private readonly SortedDictionary<string, RequestDocument> documents = new(StringComparer.Ordinal);
    private readonly HashSet<(string Key, int Round)> everDead = [], everDiscarded = []; // What an operator gave up may come to life beside a newer round.
    private readonly SortedDictionary<string, QuotaDocument> ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DateTimeOffset>> confirmed = new(StringComparer.Ordinal);
    private readonly HashSet<string> tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, int Round), DateTimeOffset> admitted = [];
    private readonly Dictionary<string, List<(DateTimeOffset From, QuotaDocument Ledger)>> history = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, int Round), DateTimeOffset> opened = [];
    private readonly Dictionary<string, (DateTimeOffset Opened, DateTimeOffset Landed)> lastRefused = new(StringComparer.Ordinal);

    /// <summary>The moves between states that this run took.</summary>
    public HashSet<string> Edges { get; } = [];

    /// <summary>When the first of all requests is owed something; null when nothing is.</summary>
    public DateTimeOffset? EarliestWake { get; private set; }

    public IEnumerable<string> OwedBefore(DateTimeOffset time) => documents.Where(d => d.Value.WakeAt < time).Select(d => d.Key);

    public IEnumerable<(string Key, int Round)> DeadLetters() =>
        from d in documents from r in d.Value.Rounds where r is Ended { Outcome: RequestOutcome.DeadLettered } select (d.Key, r.Round);

    /// <summary>Whether it is a request, and not a key that a test of the provider made up.</summary>
    public bool Knows(string key) => documents.ContainsKey(key);

    /// <summary>Whose it is, and what.</summary>
    public string WhatIs(string key) => $"{documents[key].Owner} {documents[key].Prompt}";

    /// <summary>How a round has ended, by what is on disk.</summary>
    public (VideoStatus Status, DateTimeOffset At) EndingOf(VideoId id) => RequestRounds.RoundOf(documents[id.RequestKey], id.Round) is Ended ended
        ? (ended.Outcome is RequestOutcome.Completed ? VideoStatus.Completed : VideoStatus.Failed, ended.Since)
        : throw Broken($"Round {id.Round} has not ended.");

    /// <summary>What is on its way for an agent's run, by what is on disk.</summary>
    public IEnumerable<(string Key, int Round)> LiveOf(string run) =>
        from d in documents from r in d.Value.Rounds where r is Live live && live.Ticket.Run == run select (d.Key, r.Round);

    /// <summary>The first promise that was broken. Whoever finds it throws, but grains survive what their ports throw: the run must not.</summary>
    public BrokenPromiseException? FirstBroken { get; private set; }

    public BrokenPromiseException Broken(string promise) => FirstBroken ??=
        new($"{world.Name}: {promise}\nThe last of what happened:\n{world.Trace.Tail(TraceLines)}\nReplay: {world.Replay}");

    /// <summary>Each document as it lands, whoever wrote it.</summary>
    public void Landed(string name, string key, object document)
    {
        if (document is IdempotencyDocument) return;
        if (document is QuotaDocument ledger)
        {
            LedgerHolds(key, ledger);
            return;
        }

        var after = (RequestDocument)document;
        var old = documents.GetValueOrDefault(key) ?? new RequestDocument();
        documents[key] = after;
        EarliestWake = documents.Values.Min(d => d.WakeAt);
        world.Trace.Add(world.Clock.GetUtcNow(), 0, "landed", string.Join(' ', after.Rounds.Select(r => $"{r.Round}:{NameOf(r)}")));
        if (after.Revision <= old.Revision || after.LastRound < old.LastRound || after.UpdatedAt < old.UpdatedAt) throw Broken("A document went backwards.");
        foreach (var state in old.Rounds) RoundHolds(key, state, after);
        foreach (var state in after.Rounds) JobIsOfItsAttempt(key, state);
        foreach (var ended in after.Rounds.OfType<Ended>()) world.Hearers.Ended(new(key, ended.Round), ended);
        if (after.WakeAt is null && after.Rounds.Any(r => r is Live)) throw Broken("A live request sleeps for ever.");
        if (after.Status != StatusInSql(after)) throw Broken($"SQL reads '{after.Status}' of a request that is {StatusInSql(after)}.");
        SentSixTimesAtMost(after);
        foreach (var state in after.Rounds.Where(r => r.Round > old.LastRound))
        {
            Edges.Add($"New -> {NameOf(state)}");
            opened[(key, state.Round)] = world.Clock.GetUtcNow();
            // As it is in this very write: a cancel and the ask that follows it may share one.
            if (!WasAccepted(state) && Array.Find(after.Rounds, r => r.Round < state.Round && MayBePaidStill(key, r)) is { } open) throw Broken($"Round {state.Round} was opened beside round {open.Round}, {NameOf(open)}.");
        }

        TakesWereConfirmed(key, old, after);
        // One that proved free leaves what was accepted as it is: the second click, or the next, may try again.
        if (after.Rounds.Count(r => WasAccepted(r) && r is not Ended { Charge.Charged: Charged.No }) > world.People.AcceptedTwice.GetValueOrDefault(key)) throw Broken("A second payment was accepted that nobody accepted.");
        if (!after.Rounds.Any(WasAccepted) && after.Rounds.Count(r => r is Live && !everDiscarded.Contains((key, r.Round))) > 1 && !after.Rounds.Any(HasExceptedJob)) throw Broken("Two rounds live.");
        foreach (var orphan in after.Orphans)
        {
            world.MoneyChecks.IsBooked(key, orphan);
            if (world.Provider.Find(orphan.JobId) is { } job && job.Account != orphan.Account) throw Broken($"{orphan.JobId} of {job.Account} is looked for at {orphan.Account}.");
            var awaited = after.Rounds.Any(r => r is Ended { JobId: null, Outcome: RequestOutcome.DeadLettered { ResumeAt: Submitting or Unresolved } dead } && dead.ResumeAt.AttemptId == orphan.Id);
            if (awaited) throw Broken($"{orphan.JobId} is an orphan, and its dead letter waits for it.");
        }

        foreach (var orphan in old.Orphans)
        {
            if (!Remembers(after, orphan.JobId)) throw Broken($"The orphan {orphan.JobId} was forgotten.");
        }
    }

    public void AtTheEnd()
    {
        NobodyPaidTwice();
        NoRunMadeMore();
        world.MoneyChecks.AtTheEnd(documents);
        world.Hearers.AtTheEnd();
        foreach (var id in world.People.Accepted) IdAnswersWithAnEnding(id);
        foreach (var job in world.Provider.Jobs) JobIsRemembered(job);
        foreach (var (key, document) in documents)
        {
            TheChargeIsTrue(document);
            NothingStoppedEarly(key, document);
            if (document.ErasedAt is not null && !RequestErasure.IsDone(document)) throw Broken($"The user of {key} was erased, and something of it is left.");
        }

        foreach (var (key, document) in documents) VideosAreThere(key, document);

        foreach (var (key, ledger) in ledgers) NothingLeaked(key, ledger);
        if (world.People.Duplicates > world.Prevented || world.Prevented > world.People.Answers.GetValueOrDefault("asked"))
        {
            throw Broken($"{world.Prevented} prevented payments were counted; clients were told of {world.People.Duplicates}.");
        }
    }

    // Alive, or ended and nobody knows whether it was paid: no clock makes room for another.
    private bool MayBePaidStill(string key, RequestState state) => state is Live ? !everDiscarded.Contains((key, state.Round)) : state is Ended { Outcome: RequestOutcome.DeadLettered, Charge.Charged: Charged.Unknown, Discarded: null };

    private bool HasExceptedJob(RequestState state) => RequestEndings.JobIdOf(state) is { } jobId && world.Provider.Find(jobId) is { } job && IsExcepted(job);

    // The named exception: a job that was delivered after a freeze that no gate can see. It makes two jobs with one mark where that submit
    // was proven absent before, and a lookup finds one of them: what becomes of the other follows from the exception.
    public bool IsExcepted(Job job) => world.Provider.Jobs.Any(j => j.DeliveredTooLate && j.ProviderKey == job.ProviderKey);

    private void RoundHolds(string key, RequestState before, RequestDocument after)
    {
        var state = RequestRounds.RoundOf(after, before.Round);
        if (state is null)
        {
            if (before is not Refused) throw Broken($"Round {before.Round} disappeared.");
            return;
        }

        if (before is Refused && state is not Refused) throw Broken($"The refused round {before.Round} came back.");
        if (before is Live { Course.CancelWanted: not null } and not Submitting && state is Submitting { Doubt: null }) throw Broken($"Round {before.Round} was sent after it was cancelled.");
        if (before is not Refused && state is Refused) lastRefused[key] = (opened[(key, state.Round)], world.Clock.GetUtcNow());
        if (before is Admitting && state is Live and not Admitting) admitted.TryAdd((key, state.Round), world.Clock.GetUtcNow());
        if (NameOf(before) != NameOf(state)) Edges.Add($"{NameOf(before)} -> {NameOf(state)}");
        if (state is Ended { Outcome: RequestOutcome.DeadLettered }) everDead.Add((key, state.Round));
        if (state is Ended { Discarded: not null }) everDiscarded.Add((key, state.Round));
        if (before is Ended { Outcome: not RequestOutcome.DeadLettered } ended
            && (state is not Ended now || (now.Outcome != ended.Outcome && !IsWithoutWords(after, now.Outcome, ended.Outcome)) || now.Charge != ended.Charge))
        {
            throw Broken($"The ending of round {before.Round} changed.");
        }
    }

    // By the provider's own books.
    private void NobodyPaidTwice()
    {
        foreach (var jobs in world.Provider.Jobs.GroupBy(j => j.Request))
        {
            var list = jobs.OrderBy(j => j.AcceptedAt).ToArray();
            for (var later = 1; later < list.Length; later++)
            {
                for (var earlier = 0; earlier < later; earlier++)
                {
                    var (a, b) = (list[earlier], list[later]);
                    if (b.AcceptedAt - a.AcceptedAt >= Day || a.FreeAt <= b.AcceptedAt || IsExcepted(a) || IsExcepted(b) || AreAccepted(a, b)) continue;
                    throw Broken($"{a.Id} ({a.ProviderKey}, {a.AcceptedAt:u}) and {b.Id} ({b.ProviderKey}, {b.AcceptedAt:u}) were both paid.");
                }
            }
        }
    }

    // An operator took it upon themselves that a round may be paid beside an earlier one of which nobody knew.
    private static bool WasAccepted(RequestState state) => state is Live { Ticket.DoublePayment: true } or Ended { DoublePayment: true };

    private bool AreAccepted(Job a, Job b) =>
        a.Round != b.Round && RequestRounds.RoundOf(documents[a.Request], Math.Max(a.Round, b.Round)) is { } later && WasAccepted(later);

    // By the provider's own books, too: what a run was told to be new, and what was not free.
    private void NoRunMadeMore()
    {
        foreach (var (run, ids) in world.People.NewOfRuns)
        {
            var paid = ids.Where(id => world.Provider.Jobs.Any(j => j.Request == id.RequestKey && j.Round == id.Round && j.FreeAt is null && !IsExcepted(j))).ToArray();
            if (paid.Length > world.Runs.VideosPerRun) throw Broken($"{run} made {string.Join(" and ", paid)}.");
        }
    }

    private void IdAnswersWithAnEnding(VideoId id)
    {
        var state = documents.TryGetValue(id.RequestKey, out var document) ? RequestRounds.RoundOf(document, id.Round) : null;
        if (state is not Ended) throw Broken($"Round {id.Round}, whose id a client has, is {state?.GetType().Name ?? "gone"} at the end.");
    }

    private void JobIsRemembered(Job job)
    {
        if (job.FreeAt <= world.Clock.GetUtcNow()) return;
        var document = documents[job.Request];
        if (Remembers(document, job.Id)) return;
        if (job.ToldTo is { Crashed: false } process) throw Broken($"{job.Id} ({job.ProviderKey}) was forgotten, and p{process.Number} had been told of it.");
        var open = document.Rounds.Any(r => r is Ended { Charge.Charged: Charged.Unknown } e && job.ProviderKey.EndsWith(Mark(e), StringComparison.Ordinal));
        if (!open && !IsExcepted(job)) throw Broken($"{job.Id} ({job.ProviderKey}) was forgotten.");
    }

    private static bool Remembers(RequestDocument document, string jobId) =>
        document.Orphans.Any(o => o.JobId == jobId) || document.Rounds.Any(r => RequestEndings.JobIdOf(r) == jobId);

    private void JobIsOfItsAttempt(string key, RequestState state)
    {
        if (RequestEndings.JobIdOf(state) is not { } jobId || world.Provider.Find(jobId) is not { } job) return;
        var account = state switch { Live live => live.Ticket.Account, Ended ended => ended.Account, _ => null };
        if (job.Account != account) throw Broken($"Round {state.Round} has {jobId} of {job.Account} and says it is of {account}.");
        if (job.Request != key || !job.ProviderKey.EndsWith(Mark(state), StringComparison.Ordinal)) throw Broken($"Round {state.Round} has {jobId} of another attempt, {job.ProviderKey}.");
    }

    private static string Mark(RequestState state) => state switch
    {
        Live live => string.Create(CultureInfo.InvariantCulture, $"-{live.AttemptId.Round}.{live.AttemptId.Attempt}"),
        Ended ended => string.Create(CultureInfo.InvariantCulture, $"-{ended.Round}.{ended.Attempt}"),
        _ => "-",
    };

    // Whatever a machine can still find out or do is done: orphans are stopped, and a dead letter's job is asked for.
    private void NothingStoppedEarly(string key, RequestDocument document)
    {
        foreach (var orphan in document.Orphans)
        {
            if (orphan.Charged is null) throw Broken($"Nobody stopped the orphan {orphan.JobId}.");
        }

        foreach (var ended in document.Rounds.OfType<Ended>())
        {
            if (ended.Outcome is RequestOutcome.DeadLettered dead && (dead.Tell is not null || !world.Told.Contains(new(key, ended.Round)))) throw Broken($"Nobody was told of the dead letter of round {ended.Round}.");
            if (ended is not { Outcome: RequestOutcome.DeadLettered { ResumeAt: Running }, JobId: { } jobId } || world.Provider.Find(jobId) is not { } job) continue;
            if (world.CalmAt < ended.Since + TimeSpan.FromHours(24) && job.EndsAt < ended.Since + TimeSpan.FromHours(24)) throw Broken($"{jobId} has ended, and its dead letter did not notice.");
        }
    }

    private void SentSixTimesAtMost(RequestDocument document)
    {
        var sent = document.Rounds.SelectMany(r => r switch { Live live => live.Course.Sent, Ended ended => ended.Sent, _ => [] }).Order().ToArray();
        for (var i = 6; i < sent.Length; i++)
        {
            if (sent[i] - sent[i - 6] < Day) throw Broken("One prompt was sent seven times in a day.");
        }
    }

    // A process that slept through the deletion may copy once more, and may fail to write that it did: such a file is the sweep's, which
    // goes by the documents. It is counted apart.
    // Who is erased takes a provider's words with them, and no more.
    private static bool IsWithoutWords(RequestDocument document, RequestOutcome now, RequestOutcome before) => document.ErasedAt is not null && (now, before) switch
    {
        (RequestOutcome.Rejected { Text: RequestErasure.Words }, RequestOutcome.Rejected) => true,
        (RequestOutcome.Failed { Text: RequestErasure.Words } after, RequestOutcome.Failed was) => after.Code == was.Code,
        _ => false,
    };

    private void VideosAreThere(string key, RequestDocument document)
    {
        var store = world.Provider.Copies;
        foreach (var ended in document.Rounds.OfType<Ended>().Where(e => e.Outcome is RequestOutcome.Completed))
        {
            var id = new VideoId(key, ended.Round);
            if (!ended.Deleted && !store.Has(id)) throw Broken($"The video of round {ended.Round} is completed and not there.");
            if (!ended.Deleted) continue;
            if (store.HasAgain(id)) world.Trace.Add(world.Clock.GetUtcNow(), 0, "left to the sweep");
            else if (store.Has(id)) throw Broken($"The video of round {ended.Round} was deleted and is still there.");
        }
    }

    // What a round says of its money is what the provider's books say.
    private void TheChargeIsTrue(RequestDocument document)
    {
        foreach (var ended in document.Rounds.OfType<Ended>())
        {
            if (ended.JobId is null || world.Provider.Find(ended.JobId) is not { } job) continue;
            if (ended.Charge.Charged == Charged.No && job.FreeAt is null) throw Broken($"Round {ended.Round} says that {job.Id} was free; it was paid.");
            if (ended.Charge.Charged == Charged.Yes && job.FreeAt is not null) throw Broken($"Round {ended.Round} says that {job.Id} was paid; it was free.");
        }
    }

    // What statistics count, said once more without the code that writes it: the newest round that anybody was told of.
    private static string StatusInSql(RequestDocument document) => document.Rounds.Select(r => r switch
    {
        Refused or Admitting { Shown: false } => null,
        Live { Course.CancelWanted: not null } and (Submitting or Unresolved) or Running { Cancel: not null } => "cancelling",
        Admitting or Queued or Submitting or Unresolved => "queued",
        Running or Saving => "in_progress",
        Ended { Outcome: RequestOutcome.Completed } => "completed",
        _ => "failed",
    }).LastOrDefault(word => word is not null) ?? "refused";

    /// <summary>
    /// Whether the ledger on disk had a reason to refuse this request at any time since it was asked for. Who comes while a round is being
    /// admitted gets the verdict of that round, which may have been decided as soon as it was opened; and a process that was slow or frozen
    /// may take a round for one that is being admitted for some time after another process wrote that it was refused.
    /// </summary>
    public bool WasFull(string key, string request, DateTimeOffset asked)
    {
        var refused = lastRefused.GetValueOrDefault(request);
        var since = asked - refused.Landed < Stale ? refused.Opened : asked;
        var all = history.GetValueOrDefault(key) ?? [];
        // A ledger counted from when it landed until the next one did, and it refuses less and less as time goes on.
        return all.Where((_, i) => i + 1 == all.Count || all[i + 1].From >= since).Any(l => Refuses(key, l.Ledger, l.From > since ? l.From : since));
    }

    /// <summary>Whether a video of this request was admitted before then, and is still being made.</summary>
    public bool WasThere(string key, DateTimeOffset since) =>
        documents.TryGetValue(key, out var document) && document.Rounds.LastOrDefault() is Live live and not Admitting
        && admitted.TryGetValue((key, live.Round), out var at) && at < since;

    private bool Refuses(string key, QuotaDocument? ledger, DateTimeOffset at)
    {
        var margin = TimeSpan.FromSeconds(15); // Clocks are wrong by 5 seconds, each its own way.
        var (videos, window, cooldown) = LimitsOf(key);
        var counting = (ledger?.Entries ?? []).Where(e => e.State != QuotaEntryState.Released && e.At > at - window - margin).ToArray();
        return counting.Length >= videos || (cooldown is { } pause && counting.Any(e => e.At > at - pause - margin));
    }

    private (int Videos, TimeSpan Window, TimeSpan? Cooldown) LimitsOf(string key) => key.StartsWith("r-", StringComparison.Ordinal)
        ? (world.Runs.VideosPerRun, AgentRunOptions.Window, null)
        : (world.Quotas.VideosPerDay, Day, world.Quotas.Cooldown);

    private void LedgerHolds(string key, QuotaDocument ledger)
    {
        var now = world.Clock.GetUtcNow();
        var (videos, window, _) = LimitsOf(key);
        var old = ledgers.GetValueOrDefault(key);
        (history.TryGetValue(key, out var known) ? known : history[key] = []).Add((now, ledger));
        foreach (var entry in old?.Entries ?? [])
        {
            var kept = ledger.Entries.Any(e => e.Request == entry.Request && e.Round == entry.Round);
            if (!kept && entry.State != QuotaEntryState.Released && entry.At > now - window) throw Broken($"{key} forgot round {entry.Round}, which it still counts.");
        }

        ledgers[key] = ledger;
        foreach (var entry in ledger.Entries.Where(e => e.State != QuotaEntryState.Released))
        {
            var together = ledger.Entries.Count(e => e.State != QuotaEntryState.Released && e.At > entry.At - window && e.At <= entry.At);
            if (together > videos) throw Broken($"{key} has {together} videos in {window}.");
        }
    }

    // Another take has its number, and its number has somebody's yes, before there is anything of it.
    private void TakesWereConfirmed(string key, RequestDocument old, RequestDocument after)
    {
        if (after.Variation > 0)
        {
            var first = documents.GetValueOrDefault(VideoRequestKey.For(1, VideoGen.Access.Owner.Parse(after.Owner), after.Prompt));
            if (first is null || first.LastVariation < after.Variation) throw Broken($"Take {after.Variation} was made, and its prompt has given out {first?.LastVariation}.");
        }

        if (after.LastVariation == old.LastVariation) return;
        if (after.LastVariation != old.LastVariation + 1) throw Broken("Two takes were confirmed in one write, or a number was used again.");
        var yes = after.Confirmations!.Single(c => c.Variation == after.LastVariation);
        if (!tokens.Add(yes.Token)) throw Broken("One yes became two takes.");
        if (!world.People.SaidYes.ContainsKey(yes.Token)) throw Broken($"Nobody said yes to take {yes.Variation}.");
        var times = confirmed.TryGetValue(key, out var known) ? known : confirmed[key] = [];
        times.Add(world.Clock.GetUtcNow());
        var slack = TimeSpan.FromMinutes(5); // Slow writes, and clocks that are wrong.
        if (times.Count(t => t > world.Clock.GetUtcNow() - Day + slack) > RequestVariations.MaxInWindow) throw Broken($"{times.Count} takes of one prompt were confirmed in a day.");
    }

    private void NothingLeaked(string key, QuotaDocument quota)
    {
        foreach (var entry in quota.Entries)
        {
            var state = documents.TryGetValue(entry.Request, out var document) ? RequestRounds.RoundOf(document, entry.Round) : null;
            var fits = (entry.State, state) switch
            {
                (QuotaEntryState.Held, Ended { Charge.Charged: Charged.Unknown }) => true,
                (QuotaEntryState.Counted, Ended { Charge.Charged: Charged.Yes }) => true,
                (QuotaEntryState.Released, Ended { Charge.Charged: Charged.No } or Refused or null) => true,
                (QuotaEntryState.Released or QuotaEntryState.Counted, Ended) => everDead.Contains((entry.Request, entry.Round)), // A late fact took it up again.
                _ => false,
            };
            if (!fits) throw Broken($"{key}: round {entry.Round} is {entry.State} in the quota and {state} at the end.");
        }
    }

    private static string NameOf(RequestState state) => state is Ended ended ? ended.Outcome.GetType().Name : state.GetType().Name;
}
