using Xunit.Abstractions;

namespace VideoGen.Simulation.Tests;

/// <summary>What holds it together: quota, what is written, money, routes, pauses, and an operator's word.</summary>
public sealed class BrokenMoneyRulesTests(ITestOutputHelper output) : BrokenRules(output)
{
    public static TheoryData<string, string, string, string, string> Variants => new()
    {
        // The quota.
        { "a release leaves no tombstone", "1287", Quota, "null => With(ledger, new(request, round, asked, settled), limits, at),", "null when counts => With(ledger, new(request, round, asked, settled), limits, at)," },
        { "a refusal owes no release", "24", Lifecycle, "new Refused(s.Round, refusal, at, Release: new Due(at), s.Ticket.Run)", "new Refused(s.Round, refusal, at, Release: null)" },
        { "the day of a quota has twelve hours", "50", Quota, "ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - limits.Window)", "ledger.Entries.Where(e => e.State != QuotaEntryState.Released && e.At > at - limits.Window / 2)" },
        { "a quota lets one too many", "6", Quota, "if (counting.Length >= limits.Videos) return", "if (counting.Length > limits.Videos) return" },
        { "what counts is forgotten", "9", Quota, ": limits.Window + KeptAfter;", ": limits.Window / 24;" },
        { "what may have been charged is settled", "24", "Requests/RequestEvent.cs", "_ => Discarded ? true : null", "_ => true" },
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
        { "what nobody knows is given back", "13", PriceRules, "_ => new Movement.Risk(id, revision, PaidBy(owner), paidUsd ?? Usd),", "_ => new Movement.Release(id, revision, PaidBy(owner))," },
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
        { "an operator who did not hear it is not told again", "96", Lifecycle, "Tell = LaterOrNever(due, MaxFailedTells, e.At, Salt(s), e.Failure)", "Tell = due.Failures < 0 ? due : null" },

        // What is at risk, and whose it is.
        { "an unproven submit is given up as free", "10", Endings, "Unproven = new(Charged.Unknown,", "Unproven = new(Charged.No," },
    };

    /// <inheritdoc cref="BrokenRules.IsCaught"/>
    [Theory]
    [MemberData(nameof(Variants))]
    public void A_broken_rule_is_caught(string rule, string caughtBy, string file, string text, string replacement) => IsCaught(rule, caughtBy, file, text, replacement);
}
