using System.Globalization;

namespace VideoGen.Requests;

/// <summary>The public id of one video: <c>video_&lt;request key&gt;_&lt;round&gt;</c>. An old id always answers for its own round.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoId")]
public readonly record struct VideoId([property: Id(0)] string RequestKey, [property: Id(1)] int Round)
{
    private const string Prefix = "video_";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{RequestKey}_{Round}");

    /// <summary>The inverse of <see cref="ToString"/>, strict: one text for one id.</summary>
    public static bool TryParse(string? text, out VideoId id)
    {
        id = default;
        if (text is null || text.Length > 80 || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var split = text.LastIndexOf('_');
        if (split <= Prefix.Length || !int.TryParse(text.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var round)) return false;
        id = new(text[Prefix.Length..split], round);
        return round >= 1 && VideoRequestKey.IsKey(id.RequestKey) && id.ToString() == text;
    }
}
