using System.Text;
using System.Text.Json;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Every state and every fact: the whole space, as a table that is read before it is changed.</summary>
public sealed class LifecycleTableTests
{
    [Fact]
    public void Every_pair_of_state_and_fact_does_what_the_table_says()
    {
        var table = new StringBuilder();
        foreach (var (name, state) in Given.States)
        {
            table.Append(name).Append('\n');
            foreach (var (fact, happened) in Given.Events)
            {
                var next = RequestLifecycle.Apply(state, happened);
                if (!ReferenceEquals(next, state)) table.Append("    ").Append(fact).Append(" -> ").Append(Describe(next)).Append('\n');
            }
        }

        Golden.Check("Requests/LifecycleTable.txt", table.ToString());
    }

    [Fact]
    public void No_ending_changes_except_a_dead_letter()
    {
        foreach (var (state, happened) in Pairs().Where(p => p.State is Ended { Outcome: not RequestOutcome.DeadLettered }))
        {
            var next = Assert.IsType<Ended>(RequestLifecycle.Apply(state, happened));
            Assert.Same(((Ended)state).Outcome, next.Outcome);
            Assert.Same(((Ended)state).Charge, next.Charge);
        }
    }

    [Fact]
    public void Every_state_survives_the_disk_and_is_the_same_again()
    {
        foreach (var (state, happened) in Pairs())
        {
            var next = RequestLifecycle.Apply(state, happened);
            if (next is New) continue;
            var json = JsonSerializer.Serialize(next, StateJson.Options);
            var again = JsonSerializer.Deserialize<RequestState>(json, StateJson.Options)!;
            Assert.Equal(json, JsonSerializer.Serialize(again, StateJson.Options));
            Assert.Equal(next.GetType(), again.GetType());
        }
    }

    [Fact]
    public void Whatever_is_owed_has_an_effect_when_its_time_has_come_and_none_before()
    {
        foreach (var (state, happened) in Pairs())
        {
            var document = Given.Document(RequestLifecycle.Apply(state, happened));
            var tells = RequestTelling.Owed(document).Min(owed => (DateTimeOffset?)owed.NotBefore); // By itself, beside the others.
            if (RequestEffects.NextAt(document) is not { } next)
            {
                Assert.Equal(tells, document.WakeAt);
                Assert.Null(RequestEffects.NextEffect(document, DateTimeOffset.MaxValue));
                continue;
            }

            Assert.NotNull(RequestEffects.NextEffect(document, next));
            Assert.Null(RequestEffects.NextEffect(document, next - TimeSpan.FromMilliseconds(1)));
            if (tells < next) Assert.Equal(tells, document.WakeAt);
            else Assert.InRange(document.WakeAt!.Value, next, tells ?? next + RequestEffects.HoldsUnwrittenFor);
        }
    }

    [Fact]
    public void Every_live_state_is_woken_by_something()
    {
        foreach (var (name, state) in Given.States.Where(s => s.State is Live))
        {
            Assert.True(Given.Document(state).WakeAt is not null, $"{name} would sleep for ever");
        }
    }

    [Fact]
    public void A_callback_is_a_hint_it_changes_when_is_asked_and_for_what_and_nothing_else()
    {
        foreach (var (state, happened) in Pairs().Where(p => p.Happened is RequestEvent.CalledBack))
        {
            var hint = (RequestEvent.CalledBack)happened;
            var next = RequestLifecycle.Apply(state, happened);
            Assert.True(ReferenceEquals(next, RequestLifecycle.Apply(next, happened)), $"{Given.Name(state)} changed by the second of two");
            if (ReferenceEquals(next, state)) continue;
            Assert.Equal(hint.At, RequestEffects.NextAt(Given.Document(next)) < hint.At ? hint.At : RequestEffects.NextAt(Given.Document(next)));
            switch (state, next)
            {
                case (Submitting before, Submitting after): Assert.Equal(before with { Candidate = hint.JobId }, after); break;
                case (Unresolved before, Unresolved after): Assert.Equal(before with { Candidate = hint.JobId, Find = after.Find }, after); break;
                case (Running before, Running after): Assert.Equal(before with { Check = after.Check }, after); break;
                case (Ended { Outcome: RequestOutcome.DeadLettered { ResumeAt: Unresolved } }, Unresolved after): Assert.Equal(hint.JobId, after.Candidate); break;
                case (Ended { Outcome: RequestOutcome.DeadLettered }, Ended { Outcome: RequestOutcome.DeadLettered { Check: not null } }): break;
                default: Assert.Fail($"{Given.Name(state)} became {Given.Name(next)}"); break;
            }
        }
    }

    [Fact]
    public void Only_an_intent_makes_a_state_that_may_send()
    {
        foreach (var (state, happened) in Pairs())
        {
            if (RequestLifecycle.Apply(state, happened) is Submitting && state is not Submitting)
            {
                Assert.IsType<RequestEvent.IntentRecorded>(happened);
                Assert.True(state is Queued or Unresolved { Ticket.Limits.Resolution: Resolution.SameKey }, state.ToString());
            }
        }
    }

    [Fact]
    public void Nothing_proven_or_charged_or_unknown_is_ever_sent_again_by_a_machine()
    {
        // The only ways back to Queued, and on to another account: a proof that there is no job, or a job's failure that is proven free.
        foreach (var (state, happened) in Pairs())
        {
            if (state is Queued or Admitting or New || RequestLifecycle.Apply(state, happened) is not (Queued or Admitting)) continue;
            Assert.True(
                happened is RequestEvent.NotSent or RequestEvent.NoJob or RequestEvent.JobAbsent or RequestEvent.JobFailed { Charged: VideoGen.Requests.Charged.No },
                $"{Given.Name(state)} went back to Queued on {happened.GetType().Name}");
            if (happened is RequestEvent.JobAbsent absent) Assert.True(absent.QuietFor >= Given.Limits.QuietFor);
        }
    }

    [Fact]
    public void A_policys_no_and_our_own_lead_no_round_to_another_account()
    {
        foreach (var (state, happened) in Pairs().Where(p => p.State is Live))
        {
            var next = RequestLifecycle.Apply(state, happened);
            if (next is not Live live || live.Ticket.Account == ((Live)state).Ticket.Account) continue;
            Assert.Equal(((Live)state).AttemptId.Attempt + 1, live.AttemptId.Attempt);
            var failure = happened switch
            {
                RequestEvent.NotSent e => e.Failure,
                RequestEvent.NoJob e => e.Failure,
                RequestEvent.JobFailed e => e.Failure,
                _ => Given.Down,
            };
            Assert.True(failure is { Kind: not FailureKind.Rejected, IsOurs: false }, $"{Given.Name(state)} went on {failure}");
        }
    }

    private static IEnumerable<(RequestState State, RequestEvent Happened)> Pairs() =>
        from s in Given.States from e in Given.Events select (s.State, e.Event);

    private static string Describe(RequestState state)
    {
        var facts = new List<string>();
        switch (state)
        {
            case Admitting { Shown: true }: facts.Add("shown"); break;
            case Refused { Release: not null }: facts.Add("release owed"); break;
            case Submitting { Candidate: { } named }: facts.Add($"{named} named"); break;
            case Unresolved { Candidate: { } named } unresolved: facts.Add($"{named} named, asked for again in {unresolved.Find.NotBefore - Given.T}"); break;
            case Running { Cancel: not null }: facts.Add("cancel owed"); break;
            case Ended ended:
                facts.Add($"charged {ended.Charge.Charged}");
                if (ended.Outcome is RequestOutcome.DeadLettered dead) facts.Add($"at {dead.ResumeAt.GetType().Name}");
                if (ended.Settle is not null) facts.Add(ended.Charge.Charged == VideoGen.Requests.Charged.No ? "release owed" : "settle owed");
                if (ended.Discard is not null) facts.Add("discard owed");
                if (ended.Removal is not null) facts.Add("removal owed");
                if (ended.Outcome is RequestOutcome.DeadLettered { Tell: not null }) facts.Add("tell owed");
                if (ended.Deleted) facts.Add("deleted");
                if (ended.Telling is { } telling) facts.Add(Describe(telling));
                break;
        }

        if (state is Live { Course: var course } live)
        {
            facts.Add($"attempt {course.Attempt}");
            facts.Add($"sent {course.Sent.Length}");
            if (course.CancelWanted is not null) facts.Add("cancel wanted");
            if (live.Ticket.Hearers is { } hearers) facts.Add(Describe(hearers));
            if (course.Left is [.., var left]) facts.Add($"left {left.Account}: {left.Why}");
        }

        return facts.Count == 0 ? Given.Name(state) : $"{Given.Name(state)} ({string.Join(", ", facts)})";
    }

    private static string Describe(Hearers hearers) => string.Join(", ", ((string[])[.. hearers.Webhooks ? ["heard by webhooks"] : Array.Empty<string>(), .. hearers.Addresses.Select(_ => "heard by an address")]));

    private static string Describe(Telling telling) => $"ending {telling.Ending}{(telling.Look is null ? "" : ", look owed")}" + string.Concat(
        telling.Told.Select(told => told switch
        {
            { Due: { } due } => $", {told.To} owed after {due.Failures}",
            { Fate: { } fate } => $", {told.To} {fate}",
            _ => $", {told.To} ?",
        }));
}
