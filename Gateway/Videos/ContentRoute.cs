using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// <c>/v1/videos/{id}/content</c>: the files of a finished video, with ranges, and an ETag that is the checksum of the bytes. Several ranges
/// at once are answered with the whole, as HTTP allows. The bytes go from the store to the caller and through no grain; where the store gives
/// links, a client is sent there, after the same checks.
/// </summary>
internal static class ContentRoute
{
    /// <summary>No picture is larger, bytes: it is read whole, for its checksum.</summary>
    private const int LargestPicture = 16 << 20;

    public static async Task<IResult> Answer(string id, HttpContext http, VideoGrains grains, IVideoFiles files, TimeProvider time, ILogger<IVideoFiles> logger) =>
        await Serve(() => VideoRoutes.Find(id, http, grains), Problems.VideoNotFound, mayLink: true, http, files, time, logger);

    /// <summary>The same to whoever may see this video.</summary>
    /// <param name="find">Looks for it, where the question makes sense.</param>
    /// <param name="notFound">Where there is none.</param>
    /// <param name="mayLink">Whether the caller may be sent to where the store gives links to.</param>
    /// <param name="http">The call.</param>
    /// <param name="files">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where trouble is said.</param>
    public static async Task<IResult> Serve(Func<Task<VideoView?>> find, Func<Problem> notFound, bool mayLink, HttpContext http, IVideoFiles files, TimeProvider time, ILogger logger)
    {
        var asked = http.Request.Query["variant"];
        if ((asked.Count == 0 ? MediaVariant.Video : MediaVariantWords.Parse(asked.ToString())) is not { } variant)
        {
            return Problems.Field("variant", $"must be one of: {string.Join(", ", MediaVariantWords.All)}.");
        }

        if (await find() is not { } view) return notFound();
        if (view.Status == VideoStatus.Failed) return Problems.VideoFailed(view);
        if (view.Status != VideoStatus.Completed || view.File is not { } video) return Problems.VideoNotReady(view);

        try
        {
            var (type, name) = variant == MediaVariant.Video ? ("video/mp4", $"{view.Id}.mp4") : ("image/webp", $"{view.Id}-{variant.ToWire()}.webp");
            if (mayLink && HttpMethods.IsGet(http.Request.Method) && await files.Link(view.Id, variant, type, Disposition(name), http.RequestAborted) is { } link) return Elsewhere(http, link);
            var content = await files.Open(view.Id, variant, http.RequestAborted);
            if (content is null) return Missing(view, variant, files.RetainFor, http, time, logger);
            return variant == MediaVariant.Video ? File(http, view, content, video.Sha256, type, name) : await Picture(http, view, variant, content, type, name);
        }
        catch (IOException exception)
        {
            GatewayLog.StoreFailed(logger, http.TraceIdentifier, view.Id.ToString(), exception);
            return Problems.StoreUnavailable(time.GetUtcNow());
        }
    }

    private static async Task<FileStreamHttpResult> Picture(HttpContext http, VideoView view, MediaVariant variant, Stream content, string type, string name)
    {
        await using (content)
        {
            if (content.Length > LargestPicture) throw new IOException($"The {variant.ToWire()} has {content.Length} bytes: that is not one of ours.");
            var bytes = new byte[content.Length];
            await content.ReadExactlyAsync(bytes, http.RequestAborted);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            return File(http, view, new MemoryStream(bytes), sha256, type, name);
        }
    }

    private static FileStreamHttpResult File(HttpContext http, VideoView view, Stream content, string sha256, string type, string name)
    {
        // Kept by the caller, but asked about each time: the video may have been deleted.
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.ContentDisposition = Disposition(name);
        return TypedResults.Stream(content, type, lastModified: view.EndedAt, entityTag: new EntityTagHeaderValue($"\"{sha256}\""), enableRangeProcessing: true);
    }

    private static string Disposition(string name) => $"inline; filename=\"{name}\"";

    // A signed link is for one method, so whoever asks for the head alone is answered here.
    private static RedirectHttpResult Elsewhere(HttpContext http, Uri link)
    {
        http.Response.Headers.CacheControl = "private, no-store"; // The link ends, and the video may be deleted.
        return TypedResults.Redirect(link.AbsoluteUri);
    }

    private static Problem Missing(VideoView view, MediaVariant variant, TimeSpan? retainFor, HttpContext http, TimeProvider time, ILogger logger)
    {
        if (retainFor is { } kept && view.EndedAt + kept <= time.GetUtcNow()) return Problems.ContentExpired(view, kept);
        if (variant != MediaVariant.Video) return Problems.PictureMissing(variant);
        GatewayLog.ContentMissing(logger, http.TraceIdentifier, view.Id.ToString());
        return Problems.ContentMissing();
    }
}
