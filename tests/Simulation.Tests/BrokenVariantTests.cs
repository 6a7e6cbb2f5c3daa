using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// Proof that the simulation can see: each rule about money, broken on purpose, must be caught. The seed that catches it is named;
/// where the simulator changed and another one does, VIDEOGEN_FIND_SEEDS=5000 looks for it among so many seeds
/// and, beyond the first 200, in all stories.
/// </summary>
public sealed class BrokenVariantTests(ITestOutputHelper output)
{
    private const string Lifecycle = "Requests/RequestLifecycle.cs", InDoubt = "Requests/RequestLifecycle.Doubt.cs", Pump = "Requests/RequestPump.cs", Rounds = "Requests/RequestRounds.cs",
        Admission = "Requests/RequestAdmission.cs", Endings = "Requests/RequestEndings.cs", Effects = "Requests/RequestEffects.cs",
        Calls = "Requests/RequestCalls.cs", Grain = "Requests/VideoRequestGrain.cs",
        Variations = "Requests/RequestVariations.cs", Questions = "Requests/VideoRequestGrain.Questions.cs", Ports = "Requests/RequestPorts.cs",
        Commit = "Persistence/Commit.cs", Quota = "Quotas/QuotaLedger.cs", QuotaShell = "Quotas/ReservationGrain.cs",
        Early = "Requests/VideoRequestGrain.Early.cs", Sending = "Requests/RequestCalls.Sending.cs", PriceRules = "Requests/Price.cs", Budget = "Budgets/BudgetRules.cs", Route = "Requests/RequestRoute.cs";

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
        { "a dead letter is requeued beside a live round", "the file is gone, and a day later somebody asks again just when an operator requeues/CrashAfter/5", Rounds, "if (document.Rounds.Any(r => r is Live)) return document;", "" },
        { "an ending can be left", "looked at everywhere, made by one, and asked for everywhere/FreezeAfter/29", Lifecycle, "(Ended s, _) => InEnded(s, happened),", "(Ended { JobId: not null } s, JobProgressed e) => s with { Outcome = new RequestOutcome.Cancelled() }, (Ended s, _) => InEnded(s, happened)," },

        // Other takes, and runs.
        { "a yes counts each time it is said", "4", Variations, "is not { Variation: null } offer ||", "is not { } offer ||" },
        { "a yes is looked for in an old document", "another take, and yes twice/CrashBefore/10", Questions, "await commit.Refresh(); // A no is not written", "// A no is not written" },
        { "a run is not asked", "100", Ports, "return run is null ? [quota] :", "return run is null || run.Length > 0 ? [quota] :" },
        { "a settlement is not told to its run", "6", Effects, "!s.Unmetered, s.Stages.Asked, s.Run,", "!s.Unmetered, s.Stages.Asked, null," },
        { "an early no comes from an old document", "looked at everywhere, made by one, and asked for everywhere/ErrorBefore/5", Early, "await commit.Refresh(); // What was reserved may", "// What was reserved may" },

        // The quota.
        { "a release leaves no tombstone", "899", Quota, "null => With(ledger, new(request, round, asked, settled), limits, at),", "null when counts => With(ledger, new(request, round, asked, settled), limits, at)," },
        { "a refusal owes no release", "41", Lifecycle, "new Refused(s.Round, refusal, at, Release: new Due(at), s.Ticket.Run)", "new Refused(s.Round, refusal, at, Release: null)" },
        { "the day of a quota has twelve hours", "50", Quota, "ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - limits.Window)", "ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - limits.Window / 2)" },
        { "a quota lets one too many", "2", Quota, "if (counting.Length >= limits.Videos) return", "if (counting.Length > limits.Videos) return" },
        { "what counts is forgotten", "9", Quota, ": limits.Window + KeptAfter;", ": limits.Window / 24;" },
        { "what may have been charged is settled", "2", "Requests/RequestEvent.cs", "_ => Discarded ? true : null", "_ => true" },
        { "a look at the quota is a look at an old ledger", "1233", QuotaShell, "await commit.Refresh();\n        return QuotaLedger.Refusal(", "return QuotaLedger.Refusal(" },

        // Nothing accepted is lost: the shell.
        { "an owed effect holds the others", "48", Effects, "if (notBefore <= now) return effect;", "return notBefore <= now ? effect : null;" },
        { "answers come before the write", "34", Commit, "await state.WriteStateAsync();\n            Replace(next);", "Replace(next);\n            foreach (var early in batch) early.Landed.TrySetResult(next);\n            await state.WriteStateAsync();" },
        { "a lost race is not read again", "22", Commit, "if (stale) await ReadAgain();", "if (stale) await Task.Yield();" },
        { "who lost the race overwrites", "68", Commit, "stale = false;\n        Replace(state.State);", "stale = false;" },
        { "a failed write counts as written", "2", Commit, "Doubtful = stale = true;", "Replace(state.State); batch.ForEach(c => c.Landed.TrySetResult(Committed)); return;" },
        { "time runs backwards", "71", Rounds, "happened.At < document.UpdatedAt ? happened with { At = document.UpdatedAt } : happened", "happened" },

        // Money: what is reserved and what becomes of it.
        { "no cap", "41", Budget, "if (Refusal(id => books.Without(id, known), e.Payment, e.Usd, caps) is { } refusal) return refusal;", "" },
        { "what is reserved is still to be had", "14", Budget, "capUsd - account.ReservedUsd -", "capUsd -" },
        { "what is at risk is to be had the next day", "11", Budget, " - accounts(id with { Period = AccountId.Ever }).AtRiskUsd", "" },
        { "a reservation that was given back is made", "2617", Budget, "if (known is { State: FundsState.Released }) return BudgetRefusals.ReleasedBefore;", "if (known is { State: FundsState.Released }) known = null;" },
        { "a reservation counts each time it is made", "a burst on two processes/FreezeAfter/10", Budget, "if (known is not null && !Moves(known, e)) return null; // Reserved before", "// Reserved before" },
        { "an older document moves money", "2123", Budget, "if (known is not null && movement.Revision < known.Revision) return null;", "" },
        { "what nobody knows is given back", "2", PriceRules, "_ => new Movement.Risk(id, revision, PaidBy(owner), paidUsd ?? Usd),", "_ => new Movement.Release(id, revision, PaidBy(owner))," },
        { "what was given up stays at risk", "48", PriceRules, "{ Discarded: true } => new Movement.Settle(id, revision, PaidBy(owner), paidUsd ?? Usd, CostSource.Discarded),", "" },
        { "what became of such a job is not booked", "a route whose first account gets it after a freeze that no gate sees/ErrorAfter/52", Rounds, "if (after.Charged != orphan.Charged && after.Price is not null) after = after with { Settle = new Due(e.At) };", "" },

        { "a job that nobody waits for is not booked", "a route whose first account gets it after a freeze that no gate sees/CrashBefore/1", Rounds, "var settle = price is null ? null : new Due(e.At);", "Due? settle = null;" },

        // Routes: who is asked next, and where the money is.
        { "the next account is asked where nobody knows", "5", Lifecycle, "OutcomeUnknown e when e.Nonce == s.Nonce => Doubt(s, e),", "OutcomeUnknown e when e.Nonce == s.Nonce => MoveOn(s, WhyLeft.NoJob, e.At) ?? Doubt(s, e)," },
        { "the next account is asked what a policy said no to", "9", Lifecycle, "FailureKind.Rejected => s.End(new RequestOutcome.Rejected(e.Failure.Detail), charge, e.At),", "FailureKind.Rejected when e.Charged != Charged.No => s.End(new RequestOutcome.Rejected(e.Failure.Detail), charge, e.At)," },
        { "the next account is asked after a charged failure", "23", Lifecycle, "_ when e.Charged == Charged.No && MayTryAgain(s) &&", "_ when MayTryAgain(s) &&" },
        { "what is held stays at the account that was left", "7", Budget, "e.Revision > known.Revision && (known.Payment", "e.Revision < known.Revision && (known.Payment" },
        { "a late job is booked at the account where its round is now", "a route whose first account gets it after a freeze that no gate sees/CrashBefore/1", Route, "Array.Find(left ?? [], stop => attempt <= stop.LastAttempt)", "Array.Find(left ?? [], stop => attempt < 0)" },
        { "the next account has the attempt of the one before", "17", Route, "Attempt = course.Attempt + 1, FailedSends = 0,", "Attempt = course.Attempt, FailedSends = 0," },
        { "what was reserved for one stop admits the next", "1470", Lifecycle, "OfAdmission e when e.Attempt != s.Course.Attempt => s,", "" },
        { "what was left is still held where it was", "7", Budget, "if (before is { } old) Book(old, -1);", "if (before is { } old && old.Payment == next.Payment) Book(old, -1);" },

        // Money: what stops it.
        { "pauses are not looked at", "99", Sending, "if (e.Ticket.Price is not { } price) return null;", "if (e.Ticket.Price is not { } price || price.Usd > 0) return null;" },
        { "pauses are looked up in memory", "99", Sending, "await ports.Pauses.Pass(submit, ports.SpendLimitsOf(owner), timeout) is { } pause", "PauseRules.Holding(ports.Pauses.Known, owner, submit.Account, true, Now) is { } pause" },
        { "who cannot look at the pauses pays", "4913", Sending, "return new(FailureKind.Unavailable, \"Whether it may be paid could not be looked up; it is tried again.\", Codes.Paused);", "return null;" },

        { "an old look at the pauses will do", "paused just when it is sent/FreezeBefore/11", "Providers/IVideoProvider.cs", "time.GetElapsedTime(look) <= fresh", "time.GetElapsedTime(look) <= fresh * 1_000" },

        // An operator's word, and what an operator is told.
        { "nobody need accept a second payment", "12", Rounds, "if (e.AcceptDoublePayment) return OpenBeside(document, e);", "if (e.Round > 0) return OpenBeside(document, e);" },
        { "two clicks accept two second payments", "nobody knows, and an operator accepts that on two pages/CrashBefore/6", Rounds, "RequestAdmission.IsHeldBeside(document, e.Round, e.At) || ", "" },
        { "a dead letter is kept from the operator", "21", Endings, " { Tell = new Due(at) },", "," },
        { "an operator who did not hear it is not told again", "55", Lifecycle, "Tell = LaterOrNever(due, MaxFailedTells, e.At, Salt(s), e.Failure)", "Tell = due.Failures < 0 ? due : null" },

        // What is at risk, and whose it is.
        { "an unproven submit is given up as free", "6", Endings, "Unproven = new(Charged.Unknown,", "Unproven = new(Charged.No," },
    };

    /// <param name="rule">What is wrong.</param>
    /// <param name="caughtBy">The seed, or the story and its fault, that notices.</param>
    /// <param name="file">Of the grains.</param>
    /// <param name="text">What stands there once.</param>
    /// <param name="replacement">What a careless change would make of it.</param>
    [Theory]
    [MemberData(nameof(Variants))]
    public void A_broken_rule_is_caught(string rule, string caughtBy, string file, string text, string replacement)
    {
        var variant = new BrokenVariant(file, text, replacement);
        var run = variant.Load();
        var broken = caughtBy.Length == 0 ? null : run(caughtBy);
        if (broken is null && int.TryParse(Environment.GetEnvironmentVariable("VIDEOGEN_FIND_SEEDS"), System.Globalization.CultureInfo.InvariantCulture, out var lastSeed))
        {
            caughtBy = Find(run, variant.LoadStories(), lastSeed) ?? "";
            broken = caughtBy.Length == 0 ? null : run(caughtBy);
        }

        Assert.True(broken is not null, $"Nothing noticed: {rule} ({caughtBy}).");
        output.WriteLine($"FOUND {rule} | {caughtBy} | {broken!.Split('\n')[0]}");
    }

    /// <summary>So many seeds are tried before the stories, which are quick and stay what they are when the grains change.</summary>
    private const int FirstSeeds = 200;

    private static string? Find(Func<string, string?> run, Func<string, string, string?> stories, int lastSeed)
    {
        var early = First(Enumerable.Range(1, Math.Min(FirstSeeds, lastSeed)).Select(Seed), seed => run(seed) is null ? null : seed);
        if (early is not null || lastSeed <= FirstSeeds) return early;
        return First(Scenario.All.SelectMany(s => Enum.GetNames<FaultKind>().Select(kind => (s.Name, kind))), one => stories(one.Name, one.kind))
            ?? First(Enumerable.Range(FirstSeeds + 1, lastSeed - FirstSeeds).Select(Seed), seed => run(seed) is null ? null : seed);
    }

    private static string Seed(int seed) => seed.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string? First<T>(IEnumerable<T> all, Func<T, string?> find)
    {
        string? found = null;
        var everyCore = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(all, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering), everyCore, (one, loop) =>
        {
            if (find(one) is not { } name) return;
            Interlocked.CompareExchange(ref found, name, null);
            loop.Stop();
        });
        return found;
    }
}
