using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>A page of videos.</summary>
/// <param name="Requests">The one that was asked for last first.</param>
/// <param name="Next">Sent back as <c>before</c> for the next page; null where there is none.</param>
internal sealed record RequestListBody(IReadOnlyList<RequestBody> Requests, string? Next);

/// <summary>A video in the list.</summary>
/// <param name="State">Where it is, in our own words.</param>
/// <param name="Since">Since when.</param>
/// <param name="Ending">How it ended, in our own words; null while it has not.</param>
/// <param name="ServedBy">The model that makes it, where it was asked for as a route.</param>
/// <param name="Prompt">Its beginning, at most 500 characters.</param>
internal sealed record RequestBody(
    string Id, string Client, string User, DateTimeOffset AskedAt, string? Status, string State, DateTimeOffset? Since, string? Ending, string? Model, string? Size, int? Seconds, string? Provider,
    string? ServedBy, decimal? PriceUsd, string? Charged, int? Attempt, string? JobId, RecordedFailure? Failure, bool Deleted, string Prompt)
{
    public static RequestBody Of(FoundVideo video) => new(
        video.Id.ToString(), video.Owner.Client, video.Owner.User, video.AskedAt, video.Round.Status, video.Round.State, video.Round.Since, video.Round.Ending, video.Round.Options?.Model,
        video.Round.Options?.Size, video.Round.Options?.Seconds, video.Round.Provider, video.Round.Model, video.Round.PriceUsd, VideoBody.ChargedWord(video.Round.Charge?.Charged), video.Round.Attempt,
        video.Round.JobId, video.Round.Failure, video.Round.Deleted, video.Prompt);
}

/// <summary>All that there is of one.</summary>
/// <param name="History">What is on record of its request.</param>
/// <param name="Decision">Why it is where it is, in words; null where it was never accepted, or its grain did not answer.</param>
internal sealed record RequestDetailBody(HistoryBody History, DecisionBody? Decision);
