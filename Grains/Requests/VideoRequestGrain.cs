using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Providers;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestAdmission;

namespace VideoGen.Grains.Requests;

/// <summary>
/// The shell around one request: it commits facts, answers from what is on disk, and keeps the pump going. It decides nothing itself.
/// </summary>
[GrainType(GrainNames.VideoRequest)]
internal sealed partial class VideoRequestGrain(
    [PersistentState(GrainNames.VideoRequest)] IPersistentState<RequestDocument> state,
    RequestPorts ports,
    ILogger<VideoRequestGrain> logger) : Grain, IVideoRequestGrain, IRemindable
{
    /// <summary>How long <see cref="WaitForChange"/> waits; well under the call timeout.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Waits longer than this are left to the reminder, so that the activation may go.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromMinutes(2);

    /// <summary>The shortest that Orleans allows. A tick with nothing due costs no write.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>From here on a reminder is written anew, to sleep until then, instead of ticking all the while.</summary>
    private static readonly TimeSpan FarOff = TimeSpan.FromMinutes(10);

    private const string Reminder = "owed";

    /// <summary>An ask that met a round which was refused and replaced meanwhile looks again, so often at most.</summary>
    private const int MaxLooks = 3;

    private Commit<RequestDocument> commit = null!;
    private RequestPump pump = null!;
    private RequestCalls calls = null!;
    private IGrainTimer? timer;
    private bool pumping, again;
    private Reminded? reminded; // Null: not known since this activation started.
    private readonly ChangeSignal changed = new(ports.Time);

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = new(state, RequestRounds.Stamp, OnCommitted, ports.Time, ports.Telemetry, logger, Key);
        calls = new(Key, ports, logger);
        pump = new(Key, commit, calls, ports, logger);
        if (commit.Committed.Revision == 0) reminded = new(null);
        ArmForNext();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        changed.Set(); // Whoever waits asks again, wherever the request lives then.
        return Task.CompletedTask;
    }

    public async Task<AskAnswer> Ask(VideoAsk ask)
    {
        try
        {
            if (await NotTold(ask) is { } unheard) return Refuse(unheard, ask, 0);
            if (RequestErasure.IsUnderWay(commit.Committed)) return Refuse(RequestRefusals.BeingErased, ask, 0);
            var (terms, none) = TermsFor(ask.Options);
            if (terms is null) return await WithoutTerms(ask, none!);
            var (ticket, refusal) = await WithSource(ask, terms with { Run = ask.Run, Hearers = HearersOf(ask) });
            if (refusal is not null) return Refuse(refusal, ask, ticket.PriceUsd);
            if (ask.Confirmation is { } token) return await Confirmed(ask, ticket, token);
            if (ticket.WorstUsd > ask.MaxUsd && JudgeNow(ask, ticket) is Judgement.Open) return Refuse(RequestRefusals.ConfirmationUnknown, ask, ticket.PriceUsd);
            if (await RefusedBeforeOpening(ask, ticket) is { } early) return early;
            for (var look = 0; look < MaxLooks; look++)
            {
                var opened = await OpenIfNeeded(ask, ticket);
                // Who wishes another take and was first has it: this is no question about the round that they opened.
                switch (JudgeNow(opened is null ? ask : ask with { AnotherTake = false }, ticket))
                {
                    case Judgement.Take take when await Verdict(take.Round.Round, ask.Run) is { } answer:
                        return Answer(await Listen(answer, ask), opened, ask, ticket.PriceUsd);
                    case Judgement.Question question when View(question.Round.Round) is not null:
                        return await Ask(question, ask, ticket);
                    case Judgement.Question question:
                        await Verdict(question.Round.Round, ask.Run); // Being admitted: there is nothing to ask about before that is decided.
                        break;
                    case Judgement.Refuse refuse:
                        return Refuse(refuse.Refusal, ask, ticket.PriceUsd);
                    case Judgement.Open when opened is { } round && RequestRounds.RoundOf(commit.Committed, round) is { } ended && await Verdict(ended.Round, ask.Run) is { } answer:
                        return Answer(await Listen(answer, ask), opened, ask, ticket.PriceUsd); // Refused, or ended free of charge, before we looked.
                }
            }
        }
        catch (CommitUnknownException)
        {
            LeaveIfDoubtful();
        }

        return new AskAnswer.Unknown();
    }

    public Task<VideoView?> Get(int round) => Task.FromResult(View(round));

    public Task<FinishedJob?> Source(int round) => Task.FromResult(
        RequestRounds.RoundOf(commit.Committed, round) is RequestState.Ended { Outcome: RequestOutcome.Completed, Deleted: false, JobId: { } jobId } ended
            ? new FinishedJob(Owner.Parse(commit.Committed.Owner), ended.Account, jobId)
            : null);

    public async Task<VideoView?> WaitForChange(int round, long seen)
    {
        if (commit.Committed.Revision == seen) await changed.Wait(LongestWait, ports.Host.Stopping);
        return View(round);
    }

    public async Task<VideoView?> Delete(int round)
    {
        if (View(round) is null) return null;
        var live = RequestRounds.RoundOf(commit.Committed, round) is RequestState.Live;
        await Record(new RequestEvent.DeleteRequested(round, live, ports.Time.Now()));
        return View(round);
    }

    public async Task<VideoView?> Cancel(int round)
    {
        if (View(round) is null) return null;
        await Record(new RequestEvent.CancelRequested(round, ports.Time.Now()));
        return View(round);
    }

    public async Task<bool> Erase()
    {
        if (commit.Committed.LastRound == 0) return true;
        return RequestErasure.IsDone(await Record(new RequestEvent.Erased(ports.Time.Now())));
    }

    public async Task<RequeueAnswer> Requeue(int round, bool acceptDoublePayment)
    {
        if (commit.Committed.ErasedAt is not null) return new RequeueAnswer.Refused("Its user was erased, and with them what it was to show.");
        if (RequestRounds.RoundOf(commit.Committed, round) is not RequestState.Ended { Outcome: RequestOutcome.DeadLettered outcome } dead)
        {
            return new RequeueAnswer.Refused("Only a dead letter can be requeued.");
        }

        // What goes on in its round has its terms; only a new round needs those of today.
        var (terms, none) = outcome.ResumeAt is RequestState.Queued || acceptDoublePayment ? TermsFor(dead.Options) : (outcome.ResumeAt.Ticket, null);
        if (terms is null) return new RequeueAnswer.Refused(none!.Text);
        var source = outcome.ResumeAt.Ticket.SourceJobId;
        if ((source is null ? terms : RequestRoute.Only(terms, dead.Account)) is not { } kept) return new RequeueAnswer.Refused(RequestRefusals.RemixNotOffered.Text);
        var fresh = kept with { SourceJobId = source, Hearers = AnewOf(outcome.ResumeAt) };
        var after = await Record(new RequestEvent.Requeued(round, fresh, ports.Time.Now(), acceptDoublePayment));
        var live = Array.Find(after.Rounds, r => r is RequestState.Live it && (it.Round == round || it.Ticket.Ask == fresh.Ask));
        if (live is null) return new RequeueAnswer.Refused("Its user cancelled it, or another round of this request is live, in its 24 hours, or out of submits.");
        return await Verdict(live.Round, run: null) is AskAnswer.Accepted accepted
            ? new RequeueAnswer.Requeued(accepted.Video)
            : new RequeueAnswer.Refused("It was not admitted: a quota or a budget is used up, or it is paused.");
    }

    public async Task<VideoView?> Discard(int round, string reason)
    {
        var after = await Record(new RequestEvent.Discarded(round, reason, ports.Time.Now()));
        return RequestRounds.RoundOf(after, round) is RequestState.Ended { Discarded: not null } ? View(round) : null;
    }

    public async Task Wake()
    {
        // Whoever wakes has seen on disk that something is owed. Where this activation knows of nothing, it is not the newest.
        if (!RequestEffects.IsDue(commit.Committed, ports.Time.Now())) await LookAgain();
        ArmForNext();
        // Whether there is a reminder for what is far off is not known here, and one that another engine keeps is not ours: the pump sees to it.
        if (timer is null && reminded is null && commit.Committed.WakeAt is not null) Arm(TimeSpan.Zero);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        ports.Telemetry.ReminderTicked();
        reminded = new(new DateTimeOffset(DateTime.SpecifyKind(status.FirstTickTime, DateTimeKind.Utc)));
        if (commit.Committed.WakeAt is null) await LookAgain();
        ArmForNext();
    }

    private async Task LookAgain()
    {
        try
        {
            await commit.Refresh();
        }
        catch (CommitUnknownException)
        {
            // The database does not answer: the next wake looks again.
        }
    }

    /// <summary>Opens a round where nothing holds the window. The number of the round that this very ask opened; else null.</summary>
    private async Task<int?> OpenIfNeeded(VideoAsk ask, Ticket ticket)
    {
        if (JudgeNow(ask, ticket) is not Judgement.Open) return null;
        var asked = new RequestEvent.Asked(ticket, ports.Time.Now());
        // Of a document without words only who opens a round brings them back.
        var document = await commit.Record(d => d.Prompt.Length > 0 ? RequestRounds.Apply(d, asked) : RequestRounds.Apply(Named(d, ask), asked) is var named && named.LastRound > d.LastRound ? named : d);
        ArmForNext();
        return Array.Find(document.Rounds, r => r is RequestState.Live live && live.Ticket.Ask == ticket.Ask)?.Round;
    }

    private static RequestDocument Named(RequestDocument document, VideoAsk ask) => document with
    {
        Owner = ask.Owner.ToString(),
        Prompt = ask.Prompt,
        RemixOf = ask.RemixOf?.ToString(),
        Input = ask.Input,
        Variation = ask.Variation,
        ErasedAt = null,
    };

    private Judgement JudgeNow(VideoAsk ask, Ticket ticket) => Judge(commit.Committed, ask.Options, ask.AnotherTake, ticket.Limits.MaxSubmits, ports.Time.Now());

    /// <summary>
    /// Waits until the admission of a round is decided, then says what it is. Who waits too long gets the id, which is written down first:
    /// from then on a refusal is an ending that the id answers with. Null when the round gave way to another one meanwhile, or when it was the
    /// limit of another run that refused it, which is nothing to whoever asks for this one.
    /// </summary>
    private async Task<AskAnswer?> Verdict(int round, string? run)
    {
        var patience = ports.Options.CurrentValue.AdmissionWait;
        var since = ports.Time.GetTimestamp();
        while (RequestRounds.RoundOf(commit.Committed, round) is RequestState.Admitting { Shown: false })
        {
            var left = patience - ports.Time.GetElapsedTime(since);
            if (left > TimeSpan.Zero) await changed.Wait(left);
            else await Record(new RequestEvent.IdShown(round, ports.Time.Now()));
        }

        return RequestRounds.RoundOf(commit.Committed, round) switch
        {
            RequestState.Refused { Refusal.Code: Codes.RunLimit } refused when refused.Run != run => null,
            RequestState.Refused refused => new AskAnswer.Refused(refused.Refusal),
            { } accepted when RequestViews.View(Key, commit.Committed, accepted) is { } view => new AskAnswer.Accepted(view, Dedup.New),
            _ => null,
        };
    }

    private AskAnswer.Refused Refuse(Refusal refusal, VideoAsk ask, decimal usd)
    {
        LogRefused(Key, refusal.Code);
        if (refusal.Code == Codes.RunLimit) ports.CountPrevented(ask.Owner, ask.Options.Model, PreventedKind.BlockedRun, usd);
        if (refusal.Code == Codes.SubmitLimit) ports.CountPrevented(ask.Owner, ask.Options.Model, PreventedKind.RefusedRetry, usd);
        return new(refusal);
    }

    private AskAnswer Answer(AskAnswer verdict, int? opened, VideoAsk ask, decimal usd)
    {
        if (verdict is AskAnswer.Refused refused) return Refuse(refused.Refusal, ask, usd);
        if (verdict is not AskAnswer.Accepted accepted || accepted.Video.Id.Round == opened) return verdict;
        var dedup = ports.CountPrevented(accepted.Video, usd);
        LogDuplicatePrevented(Key, accepted.Video.Id.Round, dedup == Dedup.Replayed ? "replayed" : "joined", usd);
        return accepted with { Dedup = dedup };
    }

    private async Task<RequestDocument> Record(RequestEvent fact)
    {
        try
        {
            return await commit.Record(document => RequestRounds.Apply(document, fact));
        }
        finally
        {
            ArmForNext();
            LeaveIfDoubtful();
        }
    }

    private VideoView? View(int round) => RequestViews.View(Key, commit.Committed, RequestRounds.RoundOf(commit.Committed, round));

    private void OnCommitted(RequestDocument before, RequestDocument after)
    {
        RequestNews.Log(logger, Key, before, after);
        if (commit.IsOwn) RequestNews.Count(ports.Telemetry, before, after);
        if (commit.IsOwn) RequestNews.LogNotTold(logger, ports.Telemetry, Key, before, after);
        if (after.Revision != before.Revision) changed.Set();
    }

    // Perhaps there is another activation; the next call goes wherever the request lives. Not while the pump runs: from then on no
    // call is taken before it ended, and it may be in a long copy, or have a job id that must land. It leaves when it ends.
    private void LeaveIfDoubtful()
    {
        if (commit.Doubtful && !pumping && !Tells) DeactivateOnIdle();
    }
}
