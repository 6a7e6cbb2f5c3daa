using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace VideoGen.Gateway;

/// <summary>How the door writes JSON: snake_case, every member present, other scripts readable, HTML-sensitive characters escaped.</summary>
internal static class WireJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerOptions.Default)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    public static IResult Answer<T>(T body) => new Whole(JsonSerializer.SerializeToUtf8Bytes(body, Options));

    /// <summary>What is written already.</summary>
    public static IResult Json(byte[] utf8) => new Whole(utf8);

    /// <summary>The same with an entity tag; 304 to who has it.</summary>
    public static IResult AnswerUnlessKnown<T>(T body) => new Whole(JsonSerializer.SerializeToUtf8Bytes(body, Options), isTagged: true);

    /// <summary>Whole and with its length: a small body in one piece costs less than one that is serialized into the connection.</summary>
    private sealed class Whole(byte[] utf8, bool isTagged = false) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            if (isTagged)
            {
                var tag = EntityTag.Of(utf8);
                response.Headers.ETag = $"\"{tag}\"";
                response.Headers.CacheControl = "private, no-cache"; // Kept by who asked, and asked for each time.
                if (EntityTag.IsIn(httpContext.Request.Headers.IfNoneMatch, tag))
                {
                    response.StatusCode = Problems.NotModified;
                    return Task.CompletedTask;
                }
            }

            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = utf8.Length;
            return response.Body.WriteAsync(utf8, 0, utf8.Length, httpContext.RequestAborted);
        }
    }
}
