using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Reports;

/// <summary>What was given up and waits for a person, and all that is on record of one request: read off the documents, never a second copy.</summary>
public interface IDeadLetterBook
{
    /// <summary>Dead letters that nobody has discarded, the newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<DeadLetter>> List(DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>All that is on record of one request; null where there is none.</summary>
    /// <param name="requestKey">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<RequestHistory?> History(string requestKey, CancellationToken cancellationToken);
}

/// <summary>Which dead letters. What is null keeps nothing out.</summary>
/// <param name="Client">Whose, see <see cref="Owner"/>.</param>
/// <param name="User">Whose of the client's, or of all clients' where none is named.</param>
/// <param name="Charged">Whether they were paid for.</param>
/// <param name="StoppedAt">A word of <see cref="DeadLetter.Stops"/>.</param>
/// <param name="Before">Where the page before ended.</param>
/// <param name="Limit">The most to answer.</param>
public sealed record DeadLetterQuery(string? Client, string? User, Charged? Charged, string? StoppedAt, DeadLetterPlace? Before, int Limit);

/// <summary>A place in the list: those of one millisecond have an order, too.</summary>
/// <param name="Since">When it was given up.</param>
/// <param name="Id">Which; null for the first of that millisecond.</param>
public sealed record DeadLetterPlace(DateTimeOffset Since, VideoId? Id);

/// <summary>A round that was given up.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Since">When it was given up.</param>
/// <param name="StoppedAt">Where it stopped and goes on when it is requeued: a word of <see cref="Stops"/>.</param>
/// <param name="Charged">Whether it was paid for.</param>
/// <param name="Evidence">How we know.</param>
/// <param name="Failure">Why it was given up.</param>
/// <param name="Model">The public name of its model.</param>
/// <param name="Provider">The provider account.</param>
/// <param name="PriceUsd">The worst case, US dollars.</param>
/// <param name="JobId">The provider's job; null where none is known.</param>
/// <param name="Attempt">The attempt, from 1.</param>
public sealed record DeadLetter(
    VideoId Id, Owner Owner, DateTimeOffset Since, string StoppedAt, Charged Charged, string Evidence, RecordedFailure Failure, string Model, string Provider, decimal PriceUsd, string? JobId, int Attempt)
{
    /// <summary>Where a round can stop, as documents spell it.</summary>
    public static readonly IReadOnlyList<string> Stops = ["queued", "unresolved", "running", "saving"];
}

/// <summary>Why something did not work, as it was written down: at most 500 characters each.</summary>
public sealed record RecordedFailure(string Kind, string Detail, string? Code = null);

/// <summary>All that is on record of one request.</summary>
/// <param name="RequestKey">The request.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Prompt">The canonical prompt: for the operator's eyes.</param>
/// <param name="RemixOf">The public id of the video that it is made from; null where it is made from nothing.</param>
/// <param name="Variation">0 for the video of its prompt; a higher number is another take.</param>
/// <param name="CreatedAt">When it was first asked for.</param>
/// <param name="UpdatedAt">When the last fact was written.</param>
/// <param name="Rounds">Its rounds, the oldest first.</param>
/// <param name="Jobs">The jobs that providers have or had of it, the oldest first.</param>
/// <param name="Money">What the ledger has of it.</param>
public sealed record RequestHistory(
    string RequestKey, Owner Owner, string Prompt, string? RemixOf, int Variation, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt,
    IReadOnlyList<RecordedRound> Rounds, IReadOnlyList<RecordedJob> Jobs, IReadOnlyList<RecordedMoney> Money);

/// <summary>One trip from asking to an ending. What is not known, or not yet, is null. Texts have at most 500 characters.</summary>
/// <param name="Round">Its number.</param>
/// <param name="State">The internal state, as documents spell it.</param>
/// <param name="Status">The public word; null where it was never accepted.</param>
/// <param name="Since">When it entered that state.</param>
/// <param name="Ending">How it ended, as documents spell it.</param>
/// <param name="StoppedAt">For a dead letter: where it goes on.</param>
/// <param name="Options">Model, size and seconds.</param>
/// <param name="Provider">The provider account.</param>
/// <param name="PriceUsd">The worst case, US dollars.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="JobId">The provider's job.</param>
/// <param name="Run">The agent's run that asked, while something is owed to it.</param>
/// <param name="Stages">When it got how far.</param>
/// <param name="Sent">When each intent was written that is not proven unsent.</param>
/// <param name="CancelWanted">When somebody wished it to stop.</param>
/// <param name="Charge">Whether it was paid for, and how we know.</param>
/// <param name="Failure">Why it did not work, or not yet.</param>
/// <param name="NextCheck">When the job of a dead letter is asked for again.</param>
/// <param name="Discarded">Why an operator gave up finding out what it cost.</param>
/// <param name="Deleted">Whether its user deleted it.</param>
/// <param name="Model">The public name of the model that makes it now, where it was asked for as a route; null where it was not.</param>
/// <param name="Left">The stops of its route that it has left, oldest first.</param>
public sealed record RecordedRound(
    int Round, string State, string? Status, DateTimeOffset? Since, string? Ending, string? StoppedAt, VideoOptions? Options, string? Provider, decimal? PriceUsd,
    int? Attempt, string? JobId, string? Run, RecordedStages? Stages, IReadOnlyList<DateTimeOffset> Sent, DateTimeOffset? CancelWanted, RecordedCharge? Charge,
    RecordedFailure? Failure, DateTimeOffset? NextCheck, string? Discarded, bool Deleted, string? Model, IReadOnlyList<RecordedStop> Left);

/// <summary>A stop of a route that was left.</summary>
/// <param name="Model">The public name of the model.</param>
/// <param name="Provider">The provider account.</param>
/// <param name="PriceUsd">The worst case there, US dollars.</param>
/// <param name="LastAttempt">The last attempt there, from 1.</param>
/// <param name="Why">What let the next stop try, as documents spell it.</param>
public sealed record RecordedStop(string Model, string Provider, decimal? PriceUsd, int? LastAttempt, string Why);

/// <summary>When a round got how far; null where it never did.</summary>
public sealed record RecordedStages(DateTimeOffset Asked, DateTimeOffset? Admitted, DateTimeOffset? Submitted, DateTimeOffset? Running, DateTimeOffset? Saving);

/// <summary>Whether a round was paid for.</summary>
/// <param name="Charged">Whether.</param>
/// <param name="Evidence">How we know.</param>
/// <param name="Usd">What the provider said that it took, US dollars; null where it did not say.</param>
public sealed record RecordedCharge(Charged Charged, string Evidence, decimal? Usd);

/// <summary>A provider's job that belongs to a request.</summary>
/// <param name="Provider">The provider account.</param>
/// <param name="JobId">The provider's id.</param>
/// <param name="Round">The round.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="ClaimedAt">When we learnt of it.</param>
public sealed record RecordedJob(string Provider, string JobId, int Round, int Attempt, DateTimeOffset ClaimedAt);

/// <summary>What the ledger has of a round, or of a job of it that no round waits for.</summary>
/// <param name="Round">The round.</param>
/// <param name="JobId">That job; null for the round's own.</param>
/// <param name="State"><c>reserved</c>, <c>spent</c>, <c>at_risk</c> or <c>released</c>.</param>
/// <param name="Usd">How much, US dollars.</param>
/// <param name="ReservedUsd">How much was reserved at first, US dollars.</param>
public sealed record RecordedMoney(int Round, string? JobId, string State, decimal Usd, decimal ReservedUsd);
