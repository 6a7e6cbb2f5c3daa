using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>A page of dead letters.</summary>
/// <param name="DeadLetters">The newest first.</param>
/// <param name="Next">Sent back as <c>before</c> for the next page; null where there is none.</param>
internal sealed record DeadLetterListBody(IReadOnlyList<DeadLetterBody> DeadLetters, string? Next);

/// <summary>A dead letter in the list.</summary>
internal sealed record DeadLetterBody(
    string Id, string Client, string User, DateTimeOffset Since, string StoppedAt, string Charged, string Evidence, RecordedFailure Failure,
    string Model, string Provider, decimal PriceUsd, string? JobId, int Attempt)
{
    public static DeadLetterBody Of(DeadLetter letter) => new(
        letter.Id.ToString(), letter.Owner.Client, letter.Owner.User, letter.Since, letter.StoppedAt, VideoBody.ChargedWord(letter.Charged)!, letter.Evidence, letter.Failure,
        letter.Model, letter.Provider, letter.PriceUsd, letter.JobId, letter.Attempt);
}

/// <summary>All that is on record of a dead letter's request.</summary>
/// <param name="Id">The round that was asked for.</param>
/// <param name="DeadLetter">Whether that one waits for a person.</param>
internal sealed record HistoryBody(
    string Id, bool DeadLetter, string Client, string User, string Prompt, string? RemixOf, int Variation, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt,
    IEnumerable<RoundBody> Rounds, IReadOnlyList<RecordedJob> Jobs, IReadOnlyList<RecordedMoney> Money)
{
    private const string Ending = "dead_lettered"; // As documents spell it.

    public static HistoryBody Of(Requests.VideoId id, RequestHistory history) => new(
        id.ToString(), history.Rounds.Any(r => r.Round == id.Round && r is { Ending: Ending, Discarded: null }), history.Owner.Client, history.Owner.User, history.Prompt,
        history.RemixOf, history.Variation, history.CreatedAt, history.UpdatedAt, history.Rounds.Select(r => RoundBody.Of(history.RequestKey, r)), history.Jobs, history.Money);
}

/// <summary>One round of it.</summary>
internal sealed record RoundBody(
    string Id, int Round, string State, string? Status, DateTimeOffset? Since, string? Ending, string? StoppedAt, string? Model, string? Size, int? Seconds, string? Provider,
    decimal? PriceUsd, int? Attempt, string? JobId, string? Run, RecordedStages? Stages, IReadOnlyList<DateTimeOffset> Sent, DateTimeOffset? CancelWanted, ChargeBody? Charge,
    RecordedFailure? Failure, DateTimeOffset? NextCheck, string? Discarded, bool Deleted, string? ServedBy, IReadOnlyList<RecordedStop> Left)
{
    public static RoundBody Of(string requestKey, RecordedRound r) => new(
        new Requests.VideoId(requestKey, r.Round).ToString(), r.Round, r.State, r.Status, r.Since, r.Ending, r.StoppedAt, r.Options?.Model, r.Options?.Size, r.Options?.Seconds, r.Provider,
        r.PriceUsd, r.Attempt, r.JobId, r.Run, r.Stages, r.Sent, r.CancelWanted, r.Charge is { } charge ? new(VideoBody.ChargedWord(charge.Charged)!, charge.Evidence, charge.Usd) : null,
        r.Failure, r.NextCheck, r.Discarded, r.Deleted, r.Model, r.Left);
}

/// <summary>Whether it was paid for, how we know, and how much the provider said; US dollars.</summary>
internal sealed record ChargeBody(string Charged, string Evidence, decimal? Usd);

/// <summary>What became of a requeue.</summary>
/// <param name="Requeued">The dead letter.</param>
/// <param name="Video">The same round on its way again, or the new one.</param>
internal sealed record RequeuedBody(string Requeued, VideoBody Video);

/// <summary>What became of a discard.</summary>
/// <param name="Discarded">The round.</param>
/// <param name="Video">As its client sees it.</param>
internal sealed record DiscardedBody(string Discarded, VideoBody Video);
