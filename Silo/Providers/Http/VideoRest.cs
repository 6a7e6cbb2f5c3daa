using System.Net;
using System.Net.Http.Headers;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// What is known of a video that is being read, so that it can be asked for what is missing of the same one and of no other: RFC 9110, 13.1.5
/// (If-Range), 14.2 (Range) and 15.3.7 (206).
/// </summary>
/// <param name="Length">Its length, bytes; null where the answer did not say.</param>
/// <param name="Tag">Its strong entity tag.</param>
/// <param name="Modified">When it was changed last, where there is no tag and that is strong.</param>
/// <param name="TakesRanges">Whether the server says that it can be asked for parts.</param>
internal sealed record VideoRest(long? Length, EntityTagHeaderValue? Tag, DateTimeOffset? Modified, bool TakesRanges)
{
    private const string Bytes = "bytes";

    // Two changes within this time have the same Last-Modified (RFC 9110, 8.8.2.2).
    private static readonly TimeSpan _clockStep = TimeSpan.FromSeconds(1);

    public bool CanBeAskedFor => TakesRanges && (Tag is not null || Modified is not null);

    /// <summary>What the head of a 200 says.</summary>
    public static VideoRest Of(HttpResponseMessage response)
    {
        var (tag, modified) = (response.Headers.ETag, response.Content.Headers.LastModified);
        return new(
            response.Content.Headers.ContentLength,
            tag is { IsWeak: false } ? tag : null,
            tag is null && response.Headers.Date - modified >= _clockStep ? modified : null,
            response.Headers.AcceptRanges.Contains(Bytes));
    }

    /// <summary>Asks for what comes from a byte on, if it is still the same video, and else for all of it.</summary>
    public void AskFrom(long from, HttpRequestHeaders headers)
    {
        headers.Range = new(from, null);
        headers.IfRange = Tag is not null ? new(Tag) : new(Modified!.Value);
    }

    /// <summary>Whether an answer is what comes from that byte on, to the end of the same video.</summary>
    public bool Begins(HttpResponseMessage response, long from) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange is { Unit: Bytes, From: { } first, To: { } last, Length: { } all }
        && first == from && last == all - 1 && all == (Length ?? all)
        && (response.Content.Headers.ContentLength ?? all - from) == all - from
        && (response.Headers.ETag is not { } tag || Tag is null || tag.Equals(Tag));
}
