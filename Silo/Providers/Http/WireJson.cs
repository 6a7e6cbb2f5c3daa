using System.Globalization;
using System.Text.Json;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// Reads JSON that somebody else wrote: what is not there, or is of another kind than documented, is null. None of it may throw, and none
/// may make a job id be overlooked.
/// </summary>
internal static class WireJson
{
    private static readonly DateTimeOffset _latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null where the body is no JSON, or the reader makes nothing of it. What is read must not outlive the call: see <see cref="JsonElement.Clone"/>.</summary>
    public static T? Read<T>(byte[] body, Func<JsonElement, T?> read) where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A member that is there and not JSON's null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;

    /// <summary>The items of a member that is a list; none where it is not.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    /// <summary>A member that is a text.</summary>
    public static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A member that is a text or a number, as it is written: servers differ in which of them a code, an id or a length is.</summary>
    public static string? Word(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : Text(element, name);

    /// <summary>A member that is a number, or a text that is one.</summary>
    public static decimal? Number(JsonElement element, string name) =>
        decimal.TryParse(Word(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time that is told as seconds since 1970; parts of one are left out.</summary>
    public static DateTimeOffset? UnixSeconds(JsonElement element, string name) =>
        Number(element, name) is { } seconds && seconds >= 0 && seconds < _latest.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    /// <summary>A time that is told as whole milliseconds since 1970.</summary>
    public static DateTimeOffset? UnixMilliseconds(JsonElement element, string name) =>
        long.TryParse(Word(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < _latest.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    /// <summary>A time that is written as one (ISO 8601).</summary>
    public static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
