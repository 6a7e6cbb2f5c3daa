using VideoGen.Grains.Persistence;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestAdmission;

namespace VideoGen.Grains.Requests;

/// <summary>Other takes: how they are offered and confirmed, and what a remix is made from.</summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>The ticket with the job that a remix is made from; or why there is none.</summary>
    private async Task<(Ticket Ticket, Refusal? Refusal)> WithSource(VideoAsk ask, Ticket ticket)
    {
        if (ask.RemixOf is not { } id) return (ticket, null);
        var source = await ports.Grains.GetGrain<IVideoRequestGrain>(id.RequestKey).Source(id.Round);
        return source is null || source.Owner != ask.Owner ? (ticket, RequestRefusals.RemixSourceNotReady)
            : RequestRoute.Only(ticket, source.Account) is { } there ? (there with { SourceJobId = source.JobId }, null)
            : (ticket, RequestRefusals.RemixNotOffered);
    }

    /// <summary>Another take that a person said yes to: a request of its own, whose number is on disk before it is asked.</summary>
    private async Task<AskAnswer> Confirmed(VideoAsk ask, Ticket ticket, string token)
    {
        if (ask.Run is not null) return Refuse(RequestRefusals.NotForRuns, ask, ticket.PriceUsd);
        if (await TryConfirm(ask, ticket, token) is not { } confirmed)
        {
            await commit.Refresh(); // A no is not written, so it must not come from a document that is not the newest.
            if (await TryConfirm(ask, ticket, token) is not { } second) return NotConfirmed(ask, ticket, token);
            confirmed = second;
        }

        var take = ask with { AnotherTake = false, Confirmation = null, Variation = confirmed.Variation!.Value, MaxUsd = confirmed.PriceUsd };
        return await ports.Grains.GetGrain<IVideoRequestGrain>(VideoRequestKey.For(ports.Installation.KeyRules, take)).Ask(take);
    }

    private async Task<Confirmation?> TryConfirm(VideoAsk ask, Ticket ticket, string token)
    {
        var document = await commit.Record(d => RequestVariations.Confirm(d, token, ask.Options, ticket.WorstUsd, ticket.Limits, ports.Time.Now()));
        return RequestVariations.Find(document, token, ticket.Limits, ports.Time.Now()) is { Variation: not null } confirmed && confirmed.Options == ask.Options ? confirmed : null;
    }

    private AskAnswer.Refused NotConfirmed(VideoAsk ask, Ticket ticket, string token)
    {
        var now = ports.Time.Now();
        var stands = RequestVariations.Find(commit.Committed, token, ticket.Limits, now) is not null;
        var full = stands ? RequestVariations.FullUntil(commit.Committed, ticket.Limits, now) : null;
        return Refuse(full is { } until ? RequestRefusals.VariationLimit(until) : RequestRefusals.ConfirmationUnknown, ask, ticket.PriceUsd);
    }

    /// <summary>A question, with its price and how to say yes where somebody may.</summary>
    private async Task<AskAnswer> Ask(Judgement.Question question, VideoAsk ask, Ticket ticket)
    {
        ConfirmationOffer? offer = null;
        if (ask is { Run: null, Variation: 0 })
        {
            var token = ports.Nonces.Draw();
            var document = await commit.Record(d => RequestVariations.Offer(d, token, ask.Options, ticket.WorstUsd, ticket.Limits, ports.Time.Now()));
            if (RequestVariations.OfferOf(document, ask.Options, ticket.WorstUsd, ports.Time.Now()) is { } made)
            {
                offer = new(made.Token, made.PriceUsd, made.OfferedAt + RequestVariations.OfferFor);
            }
        }

        return View(question.Round.Round) is { } view ? new AskAnswer.Question(view, question.Code, question.Text, offer) : new AskAnswer.Unknown();
    }
}
