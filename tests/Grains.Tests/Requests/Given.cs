using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>A sample of every state and of every fact, with the variants that matter.</summary>
internal static class Given
{
    public static readonly DateTimeOffset T = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    public static readonly VideoOptions Options = new("local", "1280x720", 4);
    public static readonly RequestLimits Limits = new(
        MaxAttempts: 3, MaxSubmits: 6, Deadline: TimeSpan.FromHours(2), JobDeadline: TimeSpan.FromHours(2), ResolveFor: TimeSpan.FromHours(1),
        SubmitWindow: TimeSpan.FromSeconds(5), SubmitTimeout: TimeSpan.FromSeconds(60), CheckEvery: TimeSpan.FromSeconds(5),
        Window: TimeSpan.FromHours(24), WindowMargin: TimeSpan.FromMinutes(5), Resolution.CompleteLookup, QuietTime: TimeSpan.FromMinutes(10), KeepsOriginal: true);

    public static readonly Ticket Ticket = new(1, "ask0000000000001", Options, "local", 3.20m, Reserves: true, Limits) { Day = new(2026, 11, 20) };
    public static readonly Ticket KeyTicket = Ticket with { Limits = Limits with { Resolution = Resolution.SameKey, KeyKeptFor = TimeSpan.FromHours(2) } };
    public static readonly AttemptId Id = new(1, 1);
    public const string Nonce = "nonce00000000001", FirstNonce = "nonce00000000000", Job = "job_1";

    public static readonly Failure Down = new(FailureKind.Unavailable, "503"), Lost = new(FailureKind.Unknown, "no answer"),
        Policy = new(FailureKind.Rejected, "not allowed"), Invalid = new(FailureKind.Refused, "bad size");

    public static readonly StoredVideo File = new(1234, new string('a', 64));
    public static readonly Refusal Refusal = new(Codes.QuotaExceeded, "enough", T.AddHours(3), 5, 0);
    public static readonly Stages Stages = new(T);
    public static readonly Course Fresh = new(1, 0, [], null, Stages);
    public static readonly Course SentTwice = Fresh with { Sent = [T, T], Stages = new(T, T) };
    public static readonly Course Sent = Fresh with { Sent = [T], Stages = new(T, T, T) };

    public static Admitting Admitting(bool shown = false) => new(Ticket, Fresh, T, shown, new Due(T));
    public static Queued Queued() => new(Ticket, Fresh, T, new Due(T), null);
    public static Queued Held(HoldReason reason = HoldReason.Paused) => Queued() with { Hold = new(reason, "Paused by the operator: lunch", T) };
    public static Submitting Submitting() => new(Ticket, Sent, T, Nonce);
    public static Unresolved Unresolved() => new(Ticket, Sent, T, Nonce, new Due(T), Lost);
    public static Running Running(string job = Job) => new(Ticket, Sent with { Stages = new(T, T, T, T) }, T, job, 10, new Due(T), null);
    public static Saving Saving() => new(Ticket, Sent with { Stages = new(T, T, T, T, T) }, T, Job, 0.40m, new Due(T));
    public static Ended Completed() => Saving().End(new RequestOutcome.Completed(File), new Charge(Charged.Yes, "finished", 0.40m), T);
    public static readonly Ticket Route = Ticket with
    {
        Options = Options with { Model = "way" },
        Model = "local",
        Further = [new("other", "second", 4.00m, Resolution.None, TimeSpan.Zero, KeepsOriginal: false, "other-v2")],
    };

    /// <summary>The same round at the second stop of its route, having left the first.</summary>
    public static T Moved<T>(T live) where T : Live
    {
        var (ticket, course) = RequestRoute.Next(Route, live.Course, WhyLeft.NoJob)!.Value;
        return live with { Ticket = ticket, Course = course };
    }

    private static Ended ToldToAllButOne()
    {
        var ended = Settled(Heard(Saving()).End(new RequestOutcome.Completed(File), new Charge(Charged.Yes, "finished", 0.40m), T));
        var telling = ended.Telling! with { Look = null, Told = [new("https://example.com/hook", new Due(T, 2)) { LastTrouble = "It answered 500." }, new("wh_1", Due: null, ToldFate.Heard, T), new("wh_2", Due: null, ToldFate.GivenUp, T, "It answered 500.")] };
        return ended with { Telling = telling };
    }

    public static Ended Settled(Ended ended) => ended with { Settle = null, Discard = null };
    public static Ended DeadAt(Live live, Charge charge) => live.DeadLetter(Lost, charge, T);

    public static readonly Hearers Hearers = new(Webhooks: true, ["https://example.com/hook"]);

    /// <summary>The same round, of which a client wants to hear.</summary>
    public static T Heard<T>(T live) where T : Live => live with { Ticket = live.Ticket with { Hearers = Hearers } };

    public static Ended Told(Ended dead) => dead with { Outcome = ((RequestOutcome.DeadLettered)dead.Outcome) with { Tell = null } };

    public static T Wanted<T>(this T live) where T : Live => live with { Course = live.Course.Cancelling(Given.T) };

    private static readonly DateTimeOffset Soon = T.AddSeconds(1), Late = T.AddHours(3);

    public static readonly (string Name, RequestState State)[] States =
    [
        ("New", new New()),
        ("Refused", new Refused(1, Refusal, T, null)),
        ("Refused, release owed", new Refused(1, Refusal, T, new Due(T))),
        ("Admitting", Admitting()),
        ("Admitting, shown", Admitting(shown: true)),
        ("Queued", Queued()),
        ("Queued, paused", Held()),
        ("Queued, in the line", Held(HoldReason.Slot)),
        ("Submitting", Submitting()),
        ("Submitting, cancel wanted", Submitting().Wanted()),
        ("Unresolved", Unresolved()),
        ("Submitting, called back", Submitting() with { Candidate = Job }),
        ("Unresolved, called back", Unresolved() with { Candidate = Job, Find = new Due(T, 3) }),
        ("Unresolved, cancel wanted", Unresolved().Wanted()),
        ("Submitting, same key", Submitting() with { Ticket = KeyTicket, Course = SentTwice, Doubt = new(T, FirstNonce, new Due(T), Lost, 0) }),
        ("Unresolved, same key", Unresolved() with { Ticket = KeyTicket }),
        ("Unresolved, same key sent again", Unresolved() with { Ticket = KeyTicket, Course = SentTwice, Resent = 1 }),
        ("Running", Running()),
        ("Running, checked late", Running() with { Check = new Due(Late) }),
        ("Running, last attempt", Running() with { Ticket = Ticket with { Limits = Limits with { MaxAttempts = 1 } } }),
        ("Running, cancel wanted", Running().Wanted() with { Cancel = new Due(T) }),
        ("Running, last cancel", Running().Wanted() with { Cancel = new Due(T, 2) }),
        ("Saving", Saving()),
        ("Completed", Completed()),
        ("Completed, deleted", Completed() with { Deleted = true, Removal = new Due(T) }),
        ("Rejected", Submitting().End(new RequestOutcome.Rejected("no"), new Charge(Charged.No, "refused"), T)),
        ("Failed, charged", Running().End(new RequestOutcome.Failed(Codes.ProviderFailed, "broken"), new Charge(Charged.Yes, "said so"), T)),
        ("Cancelled", Queued().EndCancelled(T)),
        ("Dead at Queued", DeadAt(Queued(), RequestEndings.NothingSent)),
        ("Dead at Unresolved", DeadAt(Unresolved(), RequestEndings.Unproven)),
        ("Dead at Unresolved, discarded", DeadAt(Unresolved(), RequestEndings.Unproven) with { Discarded = "nobody knows" }),
        ("Dead at Unresolved, told", Told(DeadAt(Unresolved(), RequestEndings.Unproven))),
        ("Dead at Running", DeadAt(Running(), RequestEndings.JobOpen)),
        ("Dead at Saving", DeadAt(Saving(), new Charge(Charged.Yes, "finished"))),
        ("Queued, on a route", Queued() with { Ticket = Route }),
        ("Submitting, on a route", Submitting() with { Ticket = Route }),
        ("Submitting, on a route, cancel wanted", Submitting().Wanted() with { Ticket = Route }),
        ("Unresolved, on a route", Unresolved() with { Ticket = Route }),
        ("Running, on a route", Running() with { Ticket = Route }),
        ("Dead at Running, on a route", DeadAt(Running() with { Ticket = Route }, RequestEndings.JobOpen)),
        ("Admitting, at its second stop", Moved(Admitting(shown: true))),
        ("Submitting, at its second stop", Moved(Submitting())),
        ("Queued, of which one hears", Heard(Queued())),
        ("Completed, being told", Settled(Heard(Saving()).End(new RequestOutcome.Completed(File), new Charge(Charged.Yes, "finished", 0.40m), T))),
        ("Completed, told to all but one", ToldToAllButOne()),
        ("Dead at Running, being told", DeadAt(Heard(Running()), RequestEndings.JobOpen)),
        ("Completed, at its second stop", Moved(Saving()).End(new RequestOutcome.Completed(File), new Charge(Charged.Yes, "finished", 0.40m), T)),
    ];

    public static readonly (string Name, RequestEvent Event)[] Events =
    [
        ("Asked", new Asked(Ticket, Soon)),
        ("Asked, unmetered", new Asked(Ticket with { Reserves = false }, Soon)),
        ("Asked, free", new Asked(Ticket with { Reserves = false, PriceUsd = 0 }, Soon)),
        ("IdShown", new IdShown(1, Soon)),
        ("CancelRequested", new CancelRequested(1, Soon)),
        ("DeleteRequested", new DeleteRequested(1, WasLive: false, Soon)),
        ("DeleteRequested, was live", new DeleteRequested(1, WasLive: true, Soon)),
        ("Requeued", new Requeued(1, Ticket, Soon)),
        ("FundsReserved", new FundsReserved(1, Soon)),
        ("FundsReserved, other attempt", new FundsReserved(1, Soon, Attempt: 2)),
        ("FundsRefused", new FundsRefused(1, Refusal, Soon)),
        ("FundsRefused, other attempt", new FundsRefused(1, Refusal, Soon, Attempt: 2)),
        ("ReserveFailed, other attempt", new ReserveFailed(1, Lost, Soon, Attempt: 2)),
        ("ReserveFailed", new ReserveFailed(1, Lost, Soon)),
        ("ReserveFailed, late", new ReserveFailed(1, Lost, Late)),
        ("FundsSettled(paid)", new FundsSettled(1, new(Charged.Yes), Soon)),
        ("FundsSettled(free)", new FundsSettled(1, new(Charged.No), Soon)),
        ("FundsSettled(unknown)", new FundsSettled(1, new(Charged.Unknown), Soon)),
        ("FundsSettled(discarded)", new FundsSettled(1, new(Charged.Unknown, Discarded: true), Soon)),
        ("SettleFailed(paid)", new SettleFailed(1, new(Charged.Yes), Lost, Soon)),
        ("SettleFailed(free)", new SettleFailed(1, new(Charged.No), Lost, Soon)),
        ("SettleFailed(unknown)", new SettleFailed(1, new(Charged.Unknown), Lost, Soon)),
        ("Discarded", new Discarded(1, "nobody knows", Soon)),
        ("OperatorTold", new OperatorTold(1, Soon)),
        ("TellFailed", new TellFailed(1, Down, Soon)),
        ("MediaRemoved", new MediaRemoved(1, Soon)),
        ("RemoveFailed", new RemoveFailed(1, Down, Soon)),
        ("SendHeld(pause)", new SendHeld(Id, new(HoldReason.Paused, "Paused by the operator: lunch", Soon), Soon.AddSeconds(5), Soon)),
        ("SendHeld(pause), late", new SendHeld(Id, new(HoldReason.Paused, "Paused by the operator: lunch", Late), Late.AddSeconds(5), Late)),
        ("SendHeld(line), late", new SendHeld(Id, new(HoldReason.Slot, "In the line", Late), Late.AddSeconds(3), Late)),
        ("SendHeld(breaker)", new SendHeld(Id, new(HoldReason.Breaker, "It fails", Soon), Soon.AddSeconds(3), Soon)),
        ("IntentRecorded", new IntentRecorded(Id, Nonce, Soon)),
        ("IntentRecorded, late", new IntentRecorded(Id, Nonce, Late)),
        ("IntentRecorded, 7th", new IntentRecorded(Id, Nonce, Soon, Sends: 6)),
        ("IntentRecorded, orphan", new IntentRecorded(Id, Nonce, Soon, Orphaned: Charged.Yes)),
        ("NotSent", new NotSent(Id, Nonce, Down, Soon)),
        ("NotSent, other nonce", new NotSent(Id, "nonce00000000002", Down, Soon)),
        ("NoJob(Unavailable)", new NoJob(Id, Nonce, Down, Soon)),
        ("NotSent, our own no", new NotSent(Id, Nonce, new(FailureKind.Unavailable, "paused", Codes.Paused), Soon)),
        ("NoJob(Throttled)", new NoJob(Id, Nonce, new(FailureKind.Throttled, "slow down"), Soon)),
        ("NoJob(Rejected)", new NoJob(Id, Nonce, Policy, Soon)),
        ("NoJob(Refused)", new NoJob(Id, Nonce, Invalid, Soon)),
        ("NoJob, other nonce", new NoJob(Id, "nonce00000000002", Invalid, Soon)),
        ("OutcomeUnknown", new OutcomeUnknown(Id, Nonce, Lost, Soon)),
        ("OutcomeUnknown, other nonce", new OutcomeUnknown(Id, "nonce00000000002", Lost, Soon)),
        ("JobAccepted", new JobAccepted(Id, Job, Soon)),
        ("JobAccepted, other job", new JobAccepted(Id, "job_2", Soon)),
        ("JobAccepted, other attempt", new JobAccepted(new(1, 2), Job, Soon)),
        ("CalledBack", new CalledBack(Id, Job, Soon)),
        ("CalledBack, other job", new CalledBack(Id, "job_2", Soon)),
        ("CalledBack, other attempt", new CalledBack(new(1, 2), Job, Soon)),
        ("JobAbsent, early", new JobAbsent(Id, Nonce, Limits.QuietFor - TimeSpan.FromSeconds(1), Soon)),
        ("JobAbsent, quiet", new JobAbsent(Id, Nonce, Limits.QuietFor, Soon)),
        ("JobAbsent, other nonce", new JobAbsent(Id, "nonce00000000002", Limits.QuietFor, Soon)),
        ("FindFailed", new FindFailed(Id, Nonce, Down, Soon)),
        ("FindFailed, late", new FindFailed(Id, Nonce, Down, Late)),
        ("JobProgressed", new JobProgressed(Id, Job, 50, Soon)),
        ("JobProgressed, late", new JobProgressed(Id, Job, 50, Late)),
        ("JobProgressed, other job", new JobProgressed(Id, "job_2", 50, Soon)),
        ("CheckFailed", new CheckFailed(Id, Job, Lost, Soon)),
        ("CheckFailed, late", new CheckFailed(Id, Job, Lost, Late)),
        ("JobFinished", new JobFinished(Id, Job, 0.40m, Soon)),
        ("JobFinished, other job", new JobFinished(Id, "job_2", 0.40m, Soon)),
        ("JobFinished, other attempt", new JobFinished(new(1, 2), Job, 0.40m, Soon)),
        ("JobFailed(free)", new JobFailed(Id, Job, Down, Charged.No, Soon)),
        ("JobFailed(charged)", new JobFailed(Id, Job, Down, Charged.Yes, Soon)),
        ("JobFailed(unknown)", new JobFailed(Id, Job, Down, Charged.Unknown, Soon)),
        ("JobFailed(Rejected)", new JobFailed(Id, Job, Policy, Charged.Yes, Soon)),
        ("JobFailed(Refused)", new JobFailed(Id, Job, Invalid, Charged.No, Soon)),
        ("JobCancelled(free)", new JobCancelled(Id, Job, Charged.No, Soon)),
        ("JobCancelled(charged)", new JobCancelled(Id, Job, Charged.Yes, Soon)),
        ("CancelTooLate", new CancelTooLate(Id, Job, Soon)),
        ("CancelFailed", new CancelFailed(Id, Job, Down, Soon)),
        ("VideoSaved", new VideoSaved(Id, File, Soon)),
        ("VideoSaved, other attempt", new VideoSaved(new(1, 2), File, Soon)),
        ("SaveFailed", new SaveFailed(Id, Down, Soon)),
        ("SaveFailed, late", new SaveFailed(Id, Down, Late)),
        ("SourceGone", new SourceGone(Id, "gone", Soon)),
        ("OriginalDiscarded", new OriginalDiscarded(Id, Soon)),
        ("DiscardFailed", new DiscardFailed(Id, Down, Soon)),
        ("Listened(webhooks)", new Listened(1, Webhooks: true, Address: null, WasLive: false, Soon)),
        ("Listened(webhooks), was live", new Listened(1, Webhooks: true, Address: null, WasLive: true, Soon)),
        ("Listened(address)", new Listened(1, Webhooks: false, "https://example.com/hook", WasLive: false, Soon)),
        ("TellAgainWanted", new TellAgainWanted(1, Webhooks: true, Soon)),
        ("TellAgainWanted, no webhooks", new TellAgainWanted(1, Webhooks: false, Soon)),
        ("HearersFound", new HearersFound(1, 1, ["wh_1"], Soon)),
        ("HearersFound, other ending", new HearersFound(1, 2, ["wh_1"], Soon)),
        ("HearersNotFound", new HearersNotFound(1, 1, Down, Soon)),
        ("ClientTold", new ClientTold(1, 1, "https://example.com/hook", Soon)),
        ("ClientTold, other ending", new ClientTold(1, 2, "https://example.com/hook", Soon)),
        ("ClientGone", new ClientGone(1, 1, "https://example.com/hook", Soon)),
        ("ClientNotTold", new ClientNotTold(1, 1, "https://example.com/hook", Failures: 0, Down, Soon)),
        ("ClientNotTold, for the third time", new ClientNotTold(1, 1, "https://example.com/hook", Failures: 2, Down, Soon)),
    ];

    /// <summary>The name of a state as the diagram and the table call it.</summary>
    public static string Name(RequestState state) => state switch
    {
        Ended ended => ended.Outcome.GetType().Name,
        _ => state.GetType().Name,
    };

    public static RequestDocument Document(params RequestState[] rounds) => RequestRounds.Stamp(new RequestDocument
    {
        Owner = "local/alice",
        Prompt = "a cat",
        CreatedAt = T,
        UpdatedAt = T,
        LastRound = rounds.Length == 0 ? 0 : rounds.Max(r => r.Round),
        Rounds = rounds,
    });
}
