using System.Collections.Immutable;
using System.Globalization;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>What was decided about a round, in words: read off its document, so that it cannot differ from what was done.</summary>
internal static class RequestDecisions
{
    /// <summary>What happened to a round, oldest first.</summary>
    public static ImmutableArray<DecisionStep> Steps(RequestDocument document, RequestState state) => state switch
    {
        Live s => [.. Begun(document, s.Round, s.Course.Stages, s.Ticket.Reserves, s.Ticket.PriceUsd, s.Ticket.DoublePayment, s.Course.Sent).Concat(Now(s)).OrderBy(step => step.At)],
        Ended s => [.. Begun(document, s.Round, s.Stages, !s.Unmetered, s.PriceUsd, s.DoublePayment, s.Sent).Append(Over(s)).Concat(Hearing(s)).OrderBy(step => step.At)],
        _ => [],
    };

    /// <summary>What the ask that opened the round would be answered with now, and by which rule.</summary>
    public static (string Would, string Because) AskedNow(RequestDocument document, VideoOptions options, int maxSubmits, DateTimeOffset at) =>
        RequestAdmission.Judge(document, options, anotherTake: false, maxSubmits, at) switch
        {
            RequestAdmission.Judgement.Take { Round: Live } => ("joined", "The video is on its way: one more who waits for it, and nothing more is paid."),
            RequestAdmission.Judgement.Take { Round: Ended ended } => ("replayed", RequestAdmission.WindowEndsAt(document, ended) is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"Its prompt is answered with it until {until:u}, and nothing more is paid.")
                : "Nobody knows whether it was paid, so its prompt is answered with it until somebody does."),
            RequestAdmission.Judgement.Question question => ("question", question.Text),
            RequestAdmission.Judgement.Refuse refuse => ("refused", refuse.Refusal.Text),
            _ => ("new", "Nothing holds its prompt: quotas and budgets decide whether it may be made anew."),
        };

    /// <summary>The models that a round was tried at, in this order.</summary>
    public static ImmutableArray<DecisionStop> Route(RequestState state)
    {
        var (left, model, usd) = state switch
        {
            Live s => (s.Course.Left, s.Ticket.Model ?? s.Ticket.Options.Model, s.Ticket.PriceUsd),
            Ended s => (s.Left, s.Model ?? s.Options.Model, s.PriceUsd),
            _ => (null, "", 0),
        };
        return [.. (left ?? []).Select(stop => new DecisionStop(stop.Model, stop.PriceUsd, WordOf(stop.Why))), new(model, usd, Left: null)];
    }

    /// <summary>Where the money of a round is.</summary>
    public static DecisionMoney Money(RequestState state) => state switch
    {
        Live { Ticket.Price: null } => new("free", 0, Booked: true, Evidence: null),
        Admitting s => new("asked", s.Ticket.PriceUsd, Booked: false, Evidence: null),
        Live s => new("reserved", s.Ticket.PriceUsd, Booked: true, Evidence: null),
        Ended { Price: null } s => new("free", 0, Booked: true, s.Charge.Evidence),
        Ended s when s.Settlement.Counts is { } counts => new(counts ? "spent" : "released", s.Charge.Usd ?? s.PriceUsd, s.Settle is null, s.Discarded ?? s.Charge.Evidence),
        Ended s => new("at_risk", s.Charge.Usd ?? s.PriceUsd, s.Settle is null, s.Charge.Evidence),
        _ => new("free", 0, Booked: true, Evidence: null),
    };

    private static IEnumerable<DecisionStep> Begun(
        RequestDocument document, int round, Stages stages, bool reserves, decimal priceUsd, bool doublePayment, DateTimeOffset[] sent)
    {
        yield return new("asked", Opening(document, round, doublePayment), stages.Asked);
        if (stages.Admitted is { } admitted) yield return new("admitted", Admission(reserves, priceUsd), admitted);
        for (var i = 0; i < sent.Length; i++)
        {
            yield return new("sent", i == 0 ? "It was sent to the provider." : string.Create(CultureInfo.InvariantCulture, $"It was sent to the provider, for the {Ordinal(i + 1)} time."), sent[i]);
        }

        if (stages.Running is { } running) yield return new("taken", "The provider took it.", running);
        if (stages.Saving is { } saving) yield return new("rendered", "The provider finished it.", saving);
    }

    private static string Opening(RequestDocument document, int round, bool doublePayment) =>
        doublePayment ? "An operator accepted that it may be paid besides an earlier submit of which nobody knows."
        : document.Variation > 0 && round == 1 ? "Somebody said yes to another take of the prompt, and to its price."
        : round == 1 ? "Nobody had asked for this prompt, so it was asked for."
        : "Nothing held the prompt any more, so it was asked for anew.";

    private static string Admission(bool reserves, decimal priceUsd) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(reserves ? "The quota had a place for it" : "It counts against no quota")}{(priceUsd > 0 ? $", and every budget had ${priceUsd:0.00}" : ", and it is free")}.");

    private static string Ordinal(int number) => number switch { 2 => "second", 3 => "third", _ => string.Create(CultureInfo.InvariantCulture, $"{number}th") };

    private static IEnumerable<DecisionStep> Now(Live s)
    {
        if (s.Course.CancelWanted is { } cancel) yield return new("cancelling", "Somebody wished it to stop.", cancel);
        if (s is Queued { Hold: { } hold }) yield return new(WordOf(hold.Reason), hold.Text, hold.Since);
        else if (RequestViews.WaitingOf(s) is { } waiting) yield return new(s is Unresolved ? "unresolved" : "waiting", waiting, s.Since);
    }

    private static DecisionStep Over(Ended s)
    {
        var (code, text) = RequestViews.ErrorOf(s.Outcome) is { } error ? (error.Code, error.Text) : ("completed", "The video is in our store.");
        return new(code, s.Discarded is { } reason ? $"{text} An operator gave up finding out what it cost since: {reason}" : text, s.Since);
    }

    private static IEnumerable<DecisionStep> Hearing(Ended s)
    {
        foreach (var told in s.Telling?.Told ?? [])
        {
            yield return told switch
            {
                { Due: { Failures: 0 } due } => new("telling", $"{told.Name} is told of it.", due.NotBefore),
                { Due: { } due } => new("telling", string.Create(CultureInfo.InvariantCulture, $"{told.Name} has not heard of it in {due.Failures} tries; the next is at {due.NotBefore:u}. {told.LastTrouble}"), due.NotBefore),
                { Fate: ToldFate.Heard } => new("told", $"{told.Name} was told of it.", told.At ?? s.Since),
                { Fate: ToldFate.Gone } => new("not_told", $"{told.Name} does not want to hear of it, or is not registered any more.", told.At ?? s.Since),
                _ => new("not_told", $"{told.Name} did not hear of it in {RequestTelling.Waits.Count + 1} tries, and is not told any more. {told.LastTrouble}", told.At ?? s.Since),
            };
        }
    }

    private static string WordOf(WhyLeft why) => why switch
    {
        WhyLeft.Refused => "refused",
        WhyLeft.Throttled => "throttled",
        WhyLeft.Unreachable => "unreachable",
        WhyLeft.JobAbsent => "job_absent",
        WhyLeft.JobFailed => "job_failed",
        WhyLeft.Breaker => "breaker",
        _ => "no_job",
    };

    private static string WordOf(HoldReason reason) => reason switch
    {
        HoldReason.Paused => "paused",
        HoldReason.SpendBreaker => "spend_breaker",
        HoldReason.Rate => "rate",
        HoldReason.Breaker => "breaker",
        _ => "slot",
    };
}
