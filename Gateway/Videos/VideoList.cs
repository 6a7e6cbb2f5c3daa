using System.Globalization;
using VideoGen.Gateway.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary><c>GET /v1/videos</c>: one client's videos, page by page, newest first unless asked otherwise.</summary>
internal static class VideoList
{
    public const int MaxLimit = 100;

    private const int DefaultLimit = 20;

    public static Task<IResult> Get(HttpContext http, IRequestBook book, VideoGrains grains) =>
        Page(http, grains, (after, oldestFirst, limit) => book.List(Caller.Client(http), after, oldestFirst, limit, http.RequestAborted));

    /// <summary>A page of whichever videos.</summary>
    /// <param name="http">The request, whose query says which page.</param>
    /// <param name="grains">Who has the videos.</param>
    /// <param name="list">Their ids: after which, the oldest first or not, and at most how many.</param>
    internal static async Task<IResult> Page(HttpContext http, VideoGrains grains, Func<VideoId?, bool, int, Task<IReadOnlyList<VideoId>>> list)
    {
        var query = http.Request.Query;
        if (!TryLimit(query["limit"], out var limit)) return Problems.Field("limit", $"must be a whole number from 0 to {MaxLimit}.");
        if (query["order"].ToString() is not ("" or "asc" or "desc")) return Problems.Field("order", "must be asc or desc.");
        VideoId? after = null;
        if (query["after"] is { Count: > 0 } cursor)
        {
            if (!VideoId.TryParse(cursor.ToString(), out var id)) return Problems.Field("after", "must be the id of a video, such as last_id of the page before.");
            after = id;
        }

        // One more than is shown says whether there is more. What was deleted meanwhile is left out, and no page is short for another reason.
        var ids = await list(after, query["order"] == "asc", limit + 1);
        var views = await Task.WhenAll(ids.Take(limit).Select(grains.Get));
        var shown = views.OfType<VideoView>().Where(view => !view.Deleted).Select(view => VideoBody.Of(view)).ToArray();
        // The cursor is where this page ended, even where its last video was deleted.
        var last = ids.Count > limit && limit > 0 ? ids[limit - 1].ToString() : shown.LastOrDefault()?.Id;
        return WireJson.Answer(new ListBody("list", shown, shown.FirstOrDefault()?.Id, last, ids.Count > limit));
    }

    private static bool TryLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit <= MaxLimit);
    }
}

/// <summary>OpenAI's VideoListResource.</summary>
internal sealed record ListBody(string Object, IReadOnlyList<VideoBody> Data, string? FirstId, string? LastId, bool HasMore);
