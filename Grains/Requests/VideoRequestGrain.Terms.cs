using VideoGen.Grains.Persistence;
using VideoGen.Grains.Providers;
using VideoGen.Reports;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestAdmission;

namespace VideoGen.Grains.Requests;

/// <summary>The terms that a round would be accepted under now.</summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>A ticket without its round; or why nothing of these options is made.</summary>
    private (Ticket? Ticket, Refusal? None) TermsFor(VideoOptions options)
    {
        if (ports.Catalogue.Find(options.Model) is not { } terms) return (null, new(Codes.ModelNotFound, $"There is no model '{options.Model}' here."));
        var now = ports.Time.Now();
        var today = Price.DayInUtc(now);
        var (models, none) = PriceList.Of(ports.Catalogue, terms, options, today);
        if (none is not null) return (null, none);
        var o = ports.Options.CurrentValue;
        var limits = new RequestLimits(
            o.MaxAttempts, o.MaxSubmits, o.Deadline, o.JobDeadline, o.ResolveFor, o.SubmitWindow, o.SubmitTimeout, o.CheckEvery,
            o.Window, o.WindowMargin, Resolution.None, TimeSpan.Zero, KeepsOriginal: false);
        var ticket = new Ticket(Round: 0, ports.Nonces.Draw(), options, "", 0, terms.CountsAgainstQuota, limits, Trace: VideoGenTelemetry.CurrentTrace)
        {
            Day = ports.Budgets.CurrentValue.DayOf(now),
        };
        ticket = RequestRoute.At(ticket, [.. models.Select(model => StopAt(model.Terms, model.Usd))]);
        return ports.Spending.CurrentValue is { StreakUsd: { } most } spending && ticket.WorstUsd > most ? (null, RequestRefusals.DearerThanAStreak(ticket.WorstUsd, most, spending.StreakFor)) : (ticket, null);
    }

    private Stop StopAt(ModelTerms terms, decimal usd)
    {
        var traits = ports.Providers.Find(terms.Provider)?.Traits ?? new ProviderTraits(Resolution.None, TimeSpan.Zero, KeepsOriginal: false);
        return new(terms.Model, terms.Provider, usd, traits.Resolution, traits.QuietTime, traits.KeepsOriginal, terms.ProviderModel == terms.Model ? null : terms.ProviderModel, traits.KeyKeptFor);
    }

    /// <summary>What is there already is answered whatever has become of its model; nothing new is made.</summary>
    private async Task<AskAnswer> WithoutTerms(VideoAsk ask, Refusal none) =>
        ask.Confirmation is null && HeldWithoutTerms(ask) is Judgement.Take take && await Verdict(take.Round.Round, ask.Run) is AskAnswer.Accepted accepted
            ? Answer(await Listen(accepted, ask), opened: null, ask, accepted.Video.EstimatedUsd)
            : Refuse(none, ask, 0);

    private Judgement HeldWithoutTerms(VideoAsk ask) => Judge(commit.Committed, ask.Options, ask.AnotherTake, ports.Options.CurrentValue.MaxSubmits, ports.Time.Now());
}
