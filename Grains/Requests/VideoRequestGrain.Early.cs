using VideoGen.Access;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestAdmission;

namespace VideoGen.Grains.Requests;

/// <summary>What is refused before anything is written.</summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>
    /// Who would be refused anyway is refused before anything is written: an agent that asks in a loop costs reads. Not a verdict:
    /// only a reservation admits.
    /// </summary>
    private async Task<AskAnswer?> RefusedBeforeOpening(VideoAsk ask, Ticket ticket)
    {
        // What an older round gives back is waited for: the reservation comes after it.
        if (RequestEffects.OwesSettlement(commit.Committed)) return null;
        if (JudgeNow(ask, ticket) is not Judgement.Open) return null;
        try
        {
            if (await Peek(ask.Owner, ticket) is not { } refusal) return null;
            await commit.Refresh(); // What was reserved may be this very video, asked for in another process.
            return JudgeNow(ask, ticket) is Judgement.Open ? Refuse(refusal, ask, ticket.PriceUsd) : null;
        }
#pragma warning disable CA1031 // No peek, no shortcut: the reservation decides.
        catch (Exception e) when (e is not CommitUnknownException)
#pragma warning restore CA1031
        {
            LogPeekFailed(Key, e);
            return null;
        }
    }

    public async Task<VideoQuote> Quote(VideoAsk ask)
    {
        var (terms, none) = TermsFor(ask.Options);
        if (RequestErasure.IsUnderWay(commit.Committed)) return new(terms?.WorstUsd ?? 0, new AskAnswer.Refused(RequestRefusals.BeingErased));
        if (terms is null) return new(0, HeldWithoutTerms(ask) is Judgement.Take held ? WouldTake(held) : new AskAnswer.Refused(none!));
        var ticket = terms with { Run = ask.Run };
        AskAnswer? answer = JudgeNow(ask, ticket) switch
        {
            Judgement.Take take => WouldTake(take),
            Judgement.Question question => View(question.Round.Round) is { } view ? new AskAnswer.Question(view, question.Code, question.Text) : new AskAnswer.Unknown(),
            Judgement.Refuse refuse => new AskAnswer.Refused(refuse.Refusal),
            _ => await Peek(ask.Owner, ticket) is { } refusal ? new AskAnswer.Refused(refusal) : null,
        };
        return new(ticket.WorstUsd, answer);
    }

    private AskAnswer WouldTake(Judgement.Take take) =>
        View(take.Round.Round) is { } view ? new AskAnswer.Accepted(view, view.Status.IsEnded() ? Dedup.Replayed : Dedup.Joined) : new AskAnswer.Unknown();

    private async Task<Refusal?> Peek(Owner owner, Ticket ticket)
    {
        var breakerRefuses = ports.Spending.CurrentValue.Refuses;
        if (PauseRules.Refusing(ports.Pauses.Known, owner, ticket.Price is not null, breakerRefuses, ports.Time.Now()) is { } paused) return paused;
        foreach (var reservations in ticket.Reserves ? ports.ReservationsOf(owner, ticket.Run) : [])
        {
            if (await reservations.Peek() is { } refusal) return refusal;
        }

        return ticket.Price is { } price ? await ports.Budget.Peek(price.PaidBy(owner), price.Usd) : null;
    }
}
