using VideoGen.Access;

namespace VideoGen.Requests;

/// <summary>The public word for where a video is. Internal states are finer.</summary>
public enum VideoStatus
{
    Queued,
    InProgress,
    Cancelling,
    Completed,
    Failed,
}

/// <summary>Whether the provider takes money for a round.</summary>
public enum Charged
{
    No,
    Yes,

    /// <summary>It may have: nobody could prove either.</summary>
    Unknown,
}

/// <summary>What the outside may know about one video.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Revision">Grows with every change of the request, but for progress that a crash undid; hand it to <see cref="IVideoRequestGrain.WaitForChange"/>.</param>
/// <param name="Status">The public word.</param>
/// <param name="Prompt">The canonical prompt.</param>
/// <param name="Options">Model, size and seconds.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="EndedAt">When it ended; null while it is live.</param>
/// <param name="WindowEndsAt">Until when the same prompt is answered with this video; null where it is not (proven free), or where no clock can say (live, or given up with an unknown charge).</param>
/// <param name="Error">Why there is no video; null unless failed.</param>
/// <param name="Charged">Whether the provider took money; null while that is open.</param>
/// <param name="EstimatedUsd">The price at acceptance, US dollars.</param>
/// <param name="Waiting">Why it is not further, in words; null where it just takes its time.</param>
/// <param name="ResolvingUntil">Until when we ask the provider whether a lost submit arrived; null when nothing is lost.</param>
/// <param name="File">The stored video; null until completed.</param>
/// <param name="Deleted">Its media were removed at the user's wish: it answers 404.</param>
/// <param name="RemixOf">The video that it was made from; null where it was made from nothing.</param>
/// <param name="Variation">0 for the video of its prompt; a higher number is another take that somebody confirmed.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoView")]
public sealed record VideoView(
    [property: Id(0)] VideoId Id,
    [property: Id(1)] Owner Owner,
    [property: Id(2)] long Revision,
    [property: Id(3)] VideoStatus Status,
    [property: Id(4)] string Prompt,
    [property: Id(5)] VideoOptions Options,
    [property: Id(6)] int Progress,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] DateTimeOffset? EndedAt,
    [property: Id(9)] DateTimeOffset? WindowEndsAt,
    [property: Id(10)] VideoError? Error,
    [property: Id(11)] Charged? Charged,
    [property: Id(12)] decimal EstimatedUsd,
    [property: Id(13)] string? Waiting,
    [property: Id(14)] DateTimeOffset? ResolvingUntil,
    [property: Id(15)] StoredVideo? File,
    [property: Id(16)] bool Deleted,
    [property: Id(17)] VideoId? RemixOf = null,
    [property: Id(18)] int Variation = 0)
{
    /// <summary>When its media go by age; null where nothing says so. The store knows, so the door adds it.</summary>
    [Id(19)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What is held for it now, US dollars: while it is on its way, or nobody knows whether it was paid.</summary>
    [Id(20)]
    public decimal ReservedUsd { get; init; }

    /// <summary>What it cost, US dollars; null while nobody knows.</summary>
    [Id(21)]
    public decimal? ActualUsd { get; init; }

    /// <summary>Its place in the line of its provider account, from 1; null where it stands in none.</summary>
    [Id(22)]
    public int? QueuePosition { get; init; }
}

/// <summary>Why a video failed: one of <see cref="Codes"/> and a sentence.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoError")]
public sealed record VideoError([property: Id(0)] string Code, [property: Id(1)] string Text);

/// <summary>A video in our store.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.StoredVideo")]
public sealed record StoredVideo([property: Id(0)] long Bytes, [property: Id(1)] string Sha256);
