namespace VideoGen.Requests;

/// <summary>The files of one video.</summary>
public enum MediaVariant
{
    /// <summary>The MP4 itself.</summary>
    Video,

    /// <summary>One frame from its middle: WebP, at most 512 pixels on each side.</summary>
    Thumbnail,

    /// <summary>Ten frames in even steps, five in a row, each at most 256 pixels on a side: WebP.</summary>
    Spritesheet,
}

/// <summary>The files of a video as the wire calls them: OpenAI's <c>VideoContentVariant</c>.</summary>
public static class MediaVariantWords
{
    public const string Video = "video";
    public const string Thumbnail = "thumbnail";
    public const string Spritesheet = "spritesheet";

    /// <summary>All words, for messages.</summary>
    public static readonly IReadOnlyList<string> All = [Video, Thumbnail, Spritesheet];

    public static string ToWire(this MediaVariant variant) => variant switch
    {
        MediaVariant.Video => Video,
        MediaVariant.Thumbnail => Thumbnail,
        MediaVariant.Spritesheet => Spritesheet,
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, null),
    };

    /// <summary>The variant of a word; null where there is none of that name.</summary>
    public static MediaVariant? Parse(string? word) => word switch
    {
        Video => MediaVariant.Video,
        Thumbnail => MediaVariant.Thumbnail,
        Spritesheet => MediaVariant.Spritesheet,
        _ => null,
    };
}
