using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>What becomes of a request: that nobody pays twice, that no job is forgotten, wishes and endings.</summary>
public sealed class BrokenRequestRulesTests(ITestOutputHelper output) : BrokenRules(output)
{
    public static TheoryData<string, string, string, string, string> Variants => new()
    {
        // Nobody pays twice: the submit.
        { "the call comes before its intent", "2", Pump, "RecordIntent e => await calls.Hold(commit.Committed, e) ?? Intend(e),", "RecordIntent e => await calls.Submit(commit.Committed, new(e.Id, ((RequestState.Queued)RequestRounds.RoundOf(commit.Committed, e.Round)!).Ticket, \"\"), ports.Time.GetTimestamp())," },
        { "an intent's token is the attempt, not a nonce", "150", Pump, "new(ports.Nonces.Draw(), ports.Time.GetTimestamp())", "new(e.Id.ToString(), ports.Time.GetTimestamp())" },
        { "anyone who finds an intent may send it", "10", Pump, "intent?.Nonce != e.Nonce", "(intent ??= new(e.Nonce, ports.Time.GetTimestamp())) is null" },
        { "the stamp is taken after the write", "another take, and yes twice/FreezeAfter/9", Pump, "var stamp = intent.Stamp;", "var stamp = ports.Time.GetTimestamp();" },
        { "the gate is always open", "another take, and yes twice/FreezeAfter/9", "Providers/IVideoProvider.cs", "time.GetElapsedTime(intended) <= window &&", "time.GetElapsedTime(intended) <= TimeSpan.MaxValue && window >= TimeSpan.Zero &&" },
        { "no limit of submits", "37", Lifecycle, "e.Sends >= s.Ticket.Limits.MaxSubmits", "e.Sends >= 1_000" },

        // Nobody pays twice: what is proven.
        { "resubmit on unknown", "1", Lifecycle, "OutcomeUnknown e when e.Nonce == s.Nonce => Doubt(s, e),", "OutcomeUnknown e when e.Nonce == s.Nonce => SendAgain(s, e.Failure, e.At)," },
        { "an early absence is believed", "24", InDoubt, "e.QuietFor >= s.Ticket.Limits.QuietFor", "e.QuietFor >= TimeSpan.Zero" },
        { "the quiet time starts at the lookup's own end", "93", Calls, "unresolvedSince[e.Nonce] = since = ports.Time.GetTimestamp();", "unresolvedSince[e.Nonce] = since = ports.Time.GetTimestamp() - ports.Time.TimestampFrequency * 3600;" },
        { "an incomplete lookup is believed", "no answer, and the lookup misses it/DelayBefore/14", InDoubt, "s.Ticket.Limits.Resolution == Resolution.CompleteLookup && ", "" },
        { "the same key is sent again when it may be forgotten", "13", InDoubt, "e.At + limits.QuietFor + RequestOptions.ClockSlack < s.FirstSentAt + kept", "kept > TimeSpan.Zero" },
        { "a no to the same key sent again frees the first", "138", Lifecycle, "NoJob e when e.Nonce == s.Nonce && s.Doubt is { } doubt => FindLater(StillInDoubt(s, doubt with { Resent = doubt.Resent + 1 }), e.Failure, e.At),", "" },
        { "one that was not sent again frees the first", "72", Lifecycle, "NotSent e when e.Nonce == s.Nonce && s.Doubt is { } doubt => FindLater(StillInDoubt(s with { Course = s.Course.WithoutLastIntent() }, doubt), e.Failure, e.At),", "" },
        { "another attempt after a charged failure", "23", Lifecycle, "_ when e.Charged != Charged.No => s.End(", "_ when e.Charged == (Charged)99 => s.End(" },
        { "a fact need not be of the current attempt", "a route whose first account gets it after a freeze that no gate sees/CrashAfter/32", Lifecycle, "(Live s, OfAttempt e) when e.Id != s.AttemptId => s,", "" },
        { "a submit's answer need not be of the current intent", "447", Lifecycle, "NotSent e when e.Nonce == s.Nonce => Unsent(s, e),\n        NoJob e when e.Nonce == s.Nonce => ProvenFree(s, e.Failure, e.At),\n        OutcomeUnknown", "NotSent e => Unsent(s, e),\n        NoJob e => ProvenFree(s, e.Failure, e.At),\n        OutcomeUnknown" },

        // Nobody pays twice: the window.
        { "a live round does not hold its prompt", "1", Admission, "Live => true,", "Live => false," },
        { "an ended round does not hold its prompt", "1", Admission, "Ended s => IsOpenEnded(s) || at < WindowEndsAt(document, s),", "Ended s => IsOpenEnded(s)," },
        { "the window counts from the ask", "8", Endings, "s.Course.Sent is [.., var last] ? last : s.Course.Stages.Asked", "s.Course.Stages.Asked" },
        { "the window forgets what may still be on its way", "327", Endings, "limits.Window + limits.Margin", "limits.Window + limits.WindowMargin" },
        { "a clock ends what nobody could prove", "217", Admission, "Ended s => IsOpenEnded(s) || at < WindowEndsAt(document, s),", "Ended s => at < s.WindowEnds && !IsProvenFree(s)," },
        { "a charged failure may be asked for again at once", "28", Admission, "RequestOutcome.Failed or RequestOutcome.Cancelled or RequestOutcome.DeadLettered, Charge.Charged: Charged.No }", "RequestOutcome.Failed or RequestOutcome.Cancelled }" },
        { "a round's number is used again after a refusal", "42", Rounds, "var round = document.LastRound + 1;", "var round = (document.Rounds.LastOrDefault(r => r is not Refused)?.Round ?? 0) + 1;" },
        { "asks that lost the race open a round too", "36", Rounds, "if (!RequestAdmission.MayOpen(document, ticket.Limits.MaxSubmits, at)) return document;", "" },

        // A job is never forgotten.
        { "a job id is dropped", "a route whose first account gets it after a freeze that no gate sees/CrashAfter/1", Rounds, "if (e is JobAccepted accepted) next = NeverDropped(next, accepted);", "" },
        { "a job id is given up when it cannot be written", "nobody knows, and an operator accepts that on two pages/DelayBefore/31", Pump, "untilItLands: fact.IsAboutMoney", "untilItLands: false" },
        { "a late job id does not wake its dead letter", "102", Lifecycle, "JobAccepted or NotSent or NoJob or JobFinished or JobFailed", "NotSent or NoJob or JobFinished or JobFailed" },
        { "an orphan is not stopped", "a route whose first account gets it after a freeze that no gate sees/CrashBefore/1", Rounds, "Cancel: new Due(e.At), Charged: null,", "Cancel: null, Charged: null," },
        { "a dead letter's job is not asked for", "23", Lifecycle, "at + DeadLetterCheckEvery <= s.Since + DeadLetterCheckFor ? new Due(at + DeadLetterCheckEvery) : null", "s is null ? new Due(at) : null" },

        // Wishes and endings.
        { "a cancel is forgotten when it is sent again", "40", Lifecycle, "if (s.Course.CancelWanted is not null) return s.EndCancelled(at);", "" },
        { "a cancel that came too late ends the request", "17", Lifecycle, "CancelTooLate when s.Cancel is not null => s with { Cancel = null },", "CancelTooLate when s.Cancel is not null => s.EndCancelled(happened.At)," },
        { "a finished video is requeued to the start", "126", Lifecycle, "Saving s => s with { Since = at, Save = new Due(at) },", "Saving s => new Queued(s.Ticket, s.Course, at, new Due(at), null)," },
        { "a dead letter is requeued beside a live round", "the file is gone, and a day later somebody asks again just when an operator requeues/CrashAfter/5", Rounds, "if (document.ErasedAt is not null || document.Rounds.Any(r => r is Live)) return document;", "if (document.ErasedAt is not null) return document;" },
        { "an ending can be left", "looked at everywhere, made by one, and asked for everywhere/FreezeAfter/29", Lifecycle, "(Ended s, _) => InEnded(s, happened),", "(Ended { JobId: not null } s, JobProgressed e) => s with { Outcome = new RequestOutcome.Cancelled() }, (Ended s, _) => InEnded(s, happened)," },
        { "a deleted video stays in the store", "3", Lifecycle, "Removal = s.Outcome is RequestOutcome.Completed ? new Due(e.At) : null }", "Removal = null }" },

        // Who wants to hear how it ends.
        { "who asks for what is on its way is not told", "6", Tells, "is { } hearers && hearers != s.Ticket.Hearers ? WithHearers(s, hearers) : s,", "is null ? s : s," },
        { "who does not hear at once is given up", "6", Tells, "return failures > Waits.Count", "return failures > 1" },
        { "an ending after all has the name of the one before", "15", Tells, "this with { Endings = Endings + 1 }", "this with { Endings = 1 }" },
        { "a failed try that is written twice counts twice", "274", Tells, "told => told.Due!.Failures == e.Failures ? LaterOrNever(telling, told, e) : told),", "told => LaterOrNever(telling, told, e with { Failures = told.Due!.Failures }))," },

        // Other takes, and runs.
        { "a yes counts each time it is said", "4", Variations, "is not { Variation: null } offer ||", "is not { } offer ||" },
        { "a yes is looked for in an old document", "another take, and yes twice/CrashBefore/10", Questions, "await commit.Refresh(); // A no is not written", "// A no is not written" },
        { "a run is not asked", "139", Ports, "return run is null ? [quota] :", "return run is null || run.Length > 0 ? [quota] :" },
        { "a settlement is not told to its run", "7", Effects, "!s.Unmetered, s.Stages.Asked, s.Run,", "!s.Unmetered, s.Stages.Asked, null," },
        { "an early no comes from an old document", "looked at everywhere, made by one, and asked for everywhere/ErrorBefore/5", Early, "await commit.Refresh(); // What was reserved may", "// What was reserved may" },
    };

    /// <inheritdoc cref="BrokenRules.IsCaught"/>
    [Theory]
    [MemberData(nameof(Variants))]
    public void A_broken_rule_is_caught(string rule, string caughtBy, string file, string text, string replacement) => IsCaught(rule, caughtBy, file, text, replacement);
}
