namespace VideoGen.Requests;

/// <summary>The wire words of <see cref="VideoStatus"/>, in the only place that spells them.</summary>
public static class VideoStatusWords
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string Cancelling = "cancelling";
    public const string Completed = "completed";
    public const string Failed = "failed";

    /// <summary>All words.</summary>
    public static readonly IReadOnlyList<string> All = [Queued, InProgress, Cancelling, Completed, Failed];

    public static string ToWire(this VideoStatus status) => status switch
    {
        VideoStatus.Queued => Queued,
        VideoStatus.InProgress => InProgress,
        VideoStatus.Cancelling => Cancelling,
        VideoStatus.Completed => Completed,
        VideoStatus.Failed => Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>Whether this is the last word: nothing more will happen to the video by itself.</summary>
    public static bool IsEnded(this VideoStatus status) => status is VideoStatus.Completed or VideoStatus.Failed;
}
