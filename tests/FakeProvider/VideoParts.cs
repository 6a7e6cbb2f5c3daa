using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace VideoGen.Fakes;

/// <summary>A video as servers of files have it: known again by a validator, and to be had in parts (RFC 9110, 13.1.5, 14 and 15.3.7).</summary>
internal static class VideoParts
{
    public const string Type = "video/mp4";

    // What stands in its place once it was changed: the same behind another box.
    private static readonly byte[] _box = [0, 0, 0, 16, .. "freechanged!"u8];
    private static readonly DateTimeOffset _modified = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <param name="request">What is asked for.</param>
    /// <param name="video">All of it.</param>
    /// <param name="validator">One of those of <see cref="ServerStyle.Validator"/>.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="now">The time.</param>
    public static Reply Of(HttpRequest request, byte[] video, string validator, string? fault, DateTimeOffset now)
    {
        if (validator == "none") return new(200, video, Type);
        if (fault == FaultWords.Changed) video = [.. video, .. _box];
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(video))[..12]}\"";
        (string, string) known = validator switch
        {
            "date" => ("Last-Modified", Text(_modified)),
            "fresh_date" => ("Last-Modified", Text(now)),
            "weak" => ("ETag", $"W/{tag}"),
            _ => ("ETag", tag),
        };
        var headers = ((string, string)[])[known, ("Date", Text(now)), .. validator == "tag_alone" ? [] : new[] { ("Accept-Ranges", "bytes") }];
        if (fault == FaultWords.NoParts || request.Headers.IfRange != known.Item2 || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var range)) return new(200, video, Type, headers);
        var from = (int)range.Ranges.Single().From!.Value - (fault == FaultWords.WrongPart ? 1 : 0);
        return new(206, video[from..], Type, [.. headers, ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{video.Length - 1}/{video.Length}"))]);
    }

    private static string Text(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);
}
