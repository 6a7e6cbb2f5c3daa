using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>Why a round is where it is.</summary>
internal sealed partial class VideoRequestGrain
{
    public async Task<VideoDecision?> Explain(int round)
    {
        var document = commit.Committed;
        if (View(round) is not { } view || RequestRounds.RoundOf(document, round) is not { } state) return null;
        var (metered, run, price) = state switch
        {
            RequestState.Live s => (s.Ticket.Reserves, s.Ticket.Run, s.Ticket.Price),
            RequestState.Ended s => (!s.Unmetered, s.Run, s.Price),
            _ => (false, null, null),
        };
        var owner = Owner.Parse(document.Owner);
        var counts = new List<QuotaLine>();
        foreach (var reservations in metered ? ports.ReservationsOf(owner, run) : []) counts.Add(await reservations.Line());
        ImmutableArray<BudgetLine> budgets = price is null ? [] : await ports.Budget.Lines(price.PaidBy(owner));
        var (would, because) = RequestDecisions.AskedNow(document, view.Options, ports.Options.CurrentValue.MaxSubmits, ports.Time.Now());
        return new(view, RequestDecisions.Steps(document, state), would, because, RequestDecisions.Money(state), [.. counts], budgets, RequestDecisions.Route(state));
    }
}
