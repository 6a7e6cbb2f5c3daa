using Microsoft.Extensions.Logging;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Providers;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEffect;
using static VideoGen.Grains.Requests.RequestEvent;

namespace VideoGen.Grains.Requests;

/// <summary>Whether a round may be sent now: pauses, the spend breaker, and the line in front of its provider.</summary>
internal sealed partial class RequestCalls
{
    /// <summary>How soon a round that a pause holds looks again; it looks into memory.</summary>
    private static readonly TimeSpan LookAgainIn = TimeSpan.FromSeconds(5);

    /// <summary>What holds a round that could be sent; null where nothing does. Reads no database.</summary>
    public async Task<RequestEvent?> Hold(RequestDocument document, RecordIntent e)
    {
        var owner = Owner.Parse(document.Owner);
        if (PauseRules.Holding(ports.Pauses.Known, owner, e.Ticket.Account, e.Ticket.Price is not null, Now) is { } pause)
        {
            var again = Now + LookAgainIn;
            return new SendHeld(e.Id, PauseRules.HoldBy(pause, Now), pause.Until < again ? pause.Until.Value : again, Now);
        }

        try
        {
            if (await ports.LineOf(e.Ticket.Account).Acquire(new(key, e.Id.Round), owner) is not SlotAnswer.Wait wait) return null;
            return new SendHeld(e.Id, new(ReasonOf(wait.Why), wait.Text, Now, wait.Position), Now + wait.AskAgainIn, Now);
        }
#pragma warning disable CA1031 // The line is for order alone; whoever cannot ask it asks again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLineFailed(key, e.Ticket.Account, exception);
            return new SendHeld(e.Id, new(HoldReason.Slot, "Its turn could not be asked for; it is asked for again.", Now), Now + LookAgainIn, Now);
        }
    }

    // The last look before money is spent. Who cannot look does not spend.
    private async Task<Failure?> HeldBack(RequestDocument document, SubmitJob e, CancellationToken timeout)
    {
        if (e.Ticket.Price is not { } price) return null;
        var owner = Owner.Parse(document.Owner);
        try
        {
            var submit = new PaidSubmit(key, e.Id.Round, e.Id.Attempt, e.Nonce, owner, price.Account, price.Usd);
            return await ports.Pauses.Pass(submit, ports.SpendLimitsOf(owner), timeout) is { } pause ? PauseRules.FailureBy(pause) : null;
        }
#pragma warning disable CA1031 // Whatever went wrong, it was not sent.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogCallFailed(key, e.Id.Round, nameof(ports.Pauses.Pass), exception);
            return new(FailureKind.Unavailable, "Whether it may be paid could not be looked up; it is tried again.", Codes.Paused);
        }
    }

    private static HoldReason ReasonOf(WaitReason why) => why switch
    {
        WaitReason.Breaker => HoldReason.Breaker,
        WaitReason.Rate => HoldReason.Rate,
        _ => HoldReason.Slot,
    };

    private async Task Report(string account, int round, CallReport report)
    {
        if (report.Worked is null && ports.Providers.Find(account)?.Traits.Slots is null) return; // A running job's check: nobody waits for its slot.
        try
        {
            await ports.LineOf(account).Heard(new(key, round), report);
        }
#pragma warning disable CA1031 // What the line does not hear of, it forgets by itself.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogLineFailed(key, account, e);
        }
    }

    [LoggerMessage(33, LogLevel.Warning, "Request {Key}: the line of account {Account} did not answer")]
    private partial void LogLineFailed(string key, string account, Exception exception);
}
