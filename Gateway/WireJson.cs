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

    public static IResult Answer<T>(T body) => TypedResults.Json(body, Options);
}
