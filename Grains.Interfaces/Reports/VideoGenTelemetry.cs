using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using VideoGen.Budgets;
using VideoGen.Requests;

namespace VideoGen.Reports;

/// <summary>
/// Every instrument of the service and its source of spans, both named <see cref="Name"/>. What each means is in <c>docs/telemetry.md</c>.
/// Labels come from closed sets and from the configuration: never a user, a prompt or a request's key. Recording never waits and never throws.
/// </summary>
public sealed class VideoGenTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "VideoGen";

    // A stage lasts from milliseconds (an admission) to hours (a provider that is down); a provider's call from milliseconds to its timeout.
    private static readonly double[] StageSeconds = [0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];
    private static readonly double[] CallSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private readonly Meter meter;
    private readonly Counter<long> asked, ended, deadLetters, orphans, prevented, commits, wakes, ticks, callbacks, told;
    private readonly Counter<double> preventedUsd, movedUsd;
    private readonly Histogram<double> stages, calls;
    private readonly Gauge<long> owed, retires, strangers;
    private readonly Gauge<double> overdue;

    /// <param name="meters">Who makes and disposes the meter; null: it is made and disposed here.</param>
    public VideoGenTelemetry(IMeterFactory? meters = null)
    {
        meter = meters?.Create(new MeterOptions(Name)) ?? new Meter(Name);
        asked = meter.CreateCounter<long>("videogen.requests.asked", "{request}", "Asks, by what they were answered with.");
        ended = meter.CreateCounter<long>("videogen.rounds.ended", "{round}", "Rounds that ended. A dead letter that goes on ends again.");
        stages = meter.CreateHistogram<double>("videogen.stage.duration", "s", "How long a round was in a state, once it left it.", advice: new() { HistogramBucketBoundaries = StageSeconds });
        calls = meter.CreateHistogram<double>("videogen.provider.call.duration", "s", "How long a call of a provider took; a save is a whole copy.", advice: new() { HistogramBucketBoundaries = CallSeconds });
        prevented = meter.CreateCounter<long>("videogen.prevented.payments", "{payment}", "Payments that did not happen because of us.");
        preventedUsd = meter.CreateCounter<double>("videogen.prevented.cost", "usd", "US dollars that were not spent because of us.");
        movedUsd = meter.CreateCounter<double>("videogen.money.moved", "usd", "US dollars that were reserved, spent, put at risk or released in the ledger.");
        deadLetters = meter.CreateCounter<long>("videogen.dead_letters", "{round}", "Rounds that came to wait for a person.");
        orphans = meter.CreateCounter<long>("videogen.orphans", "{job}", "Jobs of ours that no round waits for; each is an alert.");
        commits = meter.CreateCounter<long>("videogen.commits", "{write}", "Writes of documents, by what became of them.");
        wakes = meter.CreateCounter<long>("videogen.sweep.wakes", "{request}", "Requests that the sweep woke, or could not wake; at a start all that owe something.");
        ticks = meter.CreateCounter<long>("videogen.reminder.ticks", "{tick}", "Reminders that woke a request.");
        callbacks = meter.CreateCounter<long>("videogen.callbacks", "{callback}", "Calls of providers at our door, by what became of them.");
        told = meter.CreateCounter<long>("videogen.webhooks.told", "{try}", "Tries to tell clients how their videos ended, by what became of them.");
        owed = meter.CreateGauge<long>("videogen.requests.owed", "{request}", "Requests that owe something, at the last sweep of this process.");
        overdue = meter.CreateGauge<double>("videogen.requests.overdue", "s", "How late the most overdue request was, at the last sweep of this process.");
        retires = meter.CreateGauge<long>("videogen.model.retires_in", "d", "Days until a model is not made any more; below 0 since then. Said once a day.");
        strangers = meter.CreateGauge<long>("videogen.strangers", "{job}", "Jobs of our provider accounts that the database does not know, at the last sweep of this process; with our mark each is an alert.");
        meter.CreateObservableGauge("videogen.activations", Activations, "{activation}", "Grains in the memory of this process.");
    }

    /// <summary>Where spans come from.</summary>
    public ActivitySource Spans { get; } = new(Name);

    /// <summary>How many grains are in memory, where the host knows it. Asked whenever metrics are collected.</summary>
    public Func<int>? ActivationCount { get; set; }

    /// <summary>The trace of whoever is at work here, or has called from another process, as W3C's <c>traceparent</c> (55 characters); null where there is none.</summary>
    public static string? CurrentTrace => TraceHere ?? RequestContext.Get(TraceParent) as string;

    private static string? TraceHere => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;

    private const string TraceParent = "traceparent";

    /// <summary>Counts nothing of what people are alerted on, once somebody listens: only what was 0 is seen to grow.</summary>
    public void StartAtZero()
    {
        orphans.Add(0);
        Swept(woken: false, requests: 0);
        foreach (var charged in Enum.GetValues<Charged>()) DeadLettered(charged, rounds: 0);
        foreach (var kind in Enum.GetValues<PreventedKind>()) PaymentPrevented(kind, 0, payments: 0);
        foreach (var state in Enum.GetValues<FundsState>()) MoneyMoved(state, 0);
    }

    /// <summary>A case of a closed set as documents spell it: <c>DeadLettered</c> is <c>dead_lettered</c>.</summary>
    public static string Word(object of) => JsonNamingPolicy.SnakeCaseLower.ConvertName(of as string ?? (of is Enum ? of.ToString()! : of.GetType().Name));

    /// <summary>The span of one ask, inside that of the HTTP request. End it with <see cref="Asked"/>, then dispose it.</summary>
    /// <param name="requestKey">The request that is asked.</param>
    public Activity? StartAsk(string requestKey)
    {
        var span = Spans.StartActivity("ask")?.SetTag(Tags.Request, requestKey);
        if (TraceHere is { } trace) RequestContext.Set(TraceParent, trace); // An Activity ends where the process does; this goes with the calls.
        return span;
    }

    /// <summary>An ask was answered; <see cref="AskAnswer.Unknown"/> where no answer came in time.</summary>
    public void Asked(Activity? span, AskAnswer answer)
    {
        var (word, code, round) = answer switch
        {
            AskAnswer.Accepted accepted => (Word(accepted.Dedup), null, accepted.Video.Id.Round),
            AskAnswer.Refused refused => (Word(refused), refused.Refusal.Code, null),
            AskAnswer.Question question => (Word(question), question.Code, question.Existing.Id.Round),
            _ => (Word(answer), (string?)null, (int?)null),
        };
        span?.SetTag(Tags.Answer, word).SetTag(Tags.Code, code).SetTag(Tags.Round, round);
        if (answer is AskAnswer.Unknown) span?.SetStatus(ActivityStatusCode.Error);
        if (code is null) asked.Add(1, new KeyValuePair<string, object?>("answer", word));
        else asked.Add(1, new("answer", word), new("code", code));
    }

    /// <summary>The span of one effect of a request.</summary>
    /// <param name="trace">The trace of the ask that opened the round, whichever process ran then; null: a trace of its own.</param>
    public Activity? StartEffect(object effect, bool callsProvider, string? trace) =>
        Spans.HasListeners() ? Spans.StartActivity(Word(effect), callsProvider ? ActivityKind.Client : ActivityKind.Internal, ContextOf(trace)) : null;

    public void RoundEnded(object outcome, Charged charged)
    {
        if (ended.Enabled) ended.Add(1, new("outcome", Word(outcome)), new("charged", Word(charged)));
    }

    public void StageEnded(object state, TimeSpan took)
    {
        if (stages.Enabled) stages.Record(took.TotalSeconds, new KeyValuePair<string, object?>("stage", Word(state)));
    }

    public void ProviderCalled(string account, object call, object outcome, TimeSpan took)
    {
        if (calls.Enabled) calls.Record(took.TotalSeconds, new("account", account), new("call", Word(call)), new("outcome", Word(outcome)));
    }

    public void PaymentPrevented(PreventedKind kind, decimal usd, int payments = 1)
    {
        var label = new KeyValuePair<string, object?>("kind", Word(kind));
        prevented.Add(payments, label);
        preventedUsd.Add((double)usd, label);
    }

    /// <summary>Money that is something else from now on; what is released counts with what it was before.</summary>
    public void MoneyMoved(FundsState to, decimal usd) => movedUsd.Add((double)usd, new KeyValuePair<string, object?>("state", Word(to)));

    public void DeadLettered(Charged charged, int rounds = 1) => deadLetters.Add(rounds, new KeyValuePair<string, object?>("charged", Word(charged)));

    public void OrphanFound() => orphans.Add(1);

    public void Written(string document, WriteOutcome outcome)
    {
        if (commits.Enabled) commits.Add(1, new("document", Word(document)), new("outcome", Word(outcome)));
    }

    public void Swept(bool woken, int requests = 1) => wakes.Add(requests, new KeyValuePair<string, object?>("outcome", woken ? "woken" : "failed"));

    public void ReminderTicked() => ticks.Add(1);

    /// <param name="outcome">The verdict; or <c>too_large</c>, of one that was not read.</param>
    public void CalledBack(object outcome) => callbacks.Add(1, new KeyValuePair<string, object?>("outcome", Word(outcome)));

    /// <param name="outcome">The reply; <c>given_up</c> where there is no further try.</param>
    public void ClientTold(object outcome) => told.Add(1, new KeyValuePair<string, object?>("outcome", Word(outcome)));

    public void Owed(long requests, TimeSpan latest)
    {
        owed.Record(requests);
        overdue.Record(latest.TotalSeconds);
    }

    public void ModelRetires(string model, int days) => retires.Record(days, new KeyValuePair<string, object?>("model", model));

    /// <param name="ours">Whether they have our mark.</param>
    /// <param name="jobs">How many there are.</param>
    public void Strangers(bool ours, long jobs) => strangers.Record(jobs, new KeyValuePair<string, object?>("mark", ours ? "ours" : "none"));

    public void Dispose()
    {
        Spans.Dispose();
        meter.Dispose(); // Does nothing where a factory made it.
    }

    private static ActivityContext ContextOf(string? trace) =>
        ActivityContext.TryParse(trace, traceState: null, isRemote: true, out var context) ? context : default;

    private IEnumerable<Measurement<int>> Activations() => ActivationCount is { } count ? [new(count())] : [];

    /// <summary>What spans say beside their names.</summary>
    public static class Tags
    {
        public const string Request = "videogen.request", Round = "videogen.round", Attempt = "videogen.attempt", Account = "videogen.account",
            Outcome = "videogen.outcome", Answer = "videogen.answer", Code = "videogen.code";
    }
}

/// <summary>What became of one write of a document.</summary>
public enum WriteOutcome
{
    Written,

    /// <summary>Another activation wrote first; this one reads it and goes on from there.</summary>
    LostRace,

    /// <summary>No answer that says so: it may or may not be on disk.</summary>
    Failed,
}
