using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Reports;

/// <summary>Looks for videos among those of everybody: read off the documents, never a second copy.</summary>
public interface IVideoSearch
{
    /// <summary>Accepted rounds, deleted ones among them, the one that was asked for last first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<FoundVideo>> Find(VideoQuery query, CancellationToken cancellationToken);
}

/// <summary>Which videos. What is null keeps nothing out.</summary>
/// <param name="Limit">The most to answer.</param>
public sealed record VideoQuery(int Limit)
{
    /// <summary>Whose, see <see cref="Owner"/>.</summary>
    public string? Client { get; init; }

    /// <summary>Whose of the client's, or of all clients' where none is named.</summary>
    public string? User { get; init; }

    /// <summary>The public word.</summary>
    public VideoStatus? Status { get; init; }

    /// <summary>The public name of the model that was asked for, or that makes it.</summary>
    public string? Model { get; init; }

    /// <summary>The provider account.</summary>
    public string? Account { get; init; }

    /// <summary>Whether it was paid for. What is on its way is neither.</summary>
    public Charged? Charged { get; init; }

    /// <summary>Part of the prompt, in upper or lower case.</summary>
    public string? Prompt { get; init; }

    /// <summary>Those that were asked for at this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those that were asked for before this moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Where the page before ended.</summary>
    public VideoPlace? Before { get; init; }
}

/// <summary>A place in the list: those of one millisecond have an order, too.</summary>
/// <param name="AskedAt">When it was asked for.</param>
/// <param name="Id">Which; null for the first of that millisecond.</param>
public sealed record VideoPlace(DateTimeOffset AskedAt, VideoId? Id);

/// <summary>A video that was found.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="AskedAt">When it was asked for.</param>
/// <param name="Prompt">The beginning of its canonical prompt, at most 500 characters: for the operator's eyes.</param>
/// <param name="Round">What is on record of it.</param>
public sealed record FoundVideo(VideoId Id, Owner Owner, DateTimeOffset AskedAt, string Prompt, RecordedRound Round);
