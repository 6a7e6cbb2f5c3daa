using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace VideoGen.Gateway;

/// <summary>
/// One JSON object of texts, lists of them, whole numbers, true and false, read strictly. The operator's whatever its Content-Type: who stops
/// everything in a hurry forgets that header, and no page of others can send the operator's key.
/// </summary>
internal sealed class StrictBody
{
    private readonly Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);

    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="known">The members that it may have.</param>
    public static Task<(StrictBody? Body, Problem? Problem)> Read(HttpContext http, int limit, params string[] known) => Read(http, limit, mayBeEmpty: false, known);

    /// <summary>The same where none of its members has to be there: no body at all is an empty one.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="known">The members that it may have.</param>
    public static Task<(StrictBody? Body, Problem? Problem)> ReadOrEmpty(HttpContext http, int limit, params string[] known) => Read(http, limit, mayBeEmpty: true, known);

    private static async Task<(StrictBody? Body, Problem? Problem)> Read(HttpContext http, int limit, bool mayBeEmpty, string[] known)
    {
        var sent = await http.Request.BodyReader.ReadAtLeastAsync(limit + 1, http.RequestAborted);
        try
        {
            if (sent.Buffer.Length > limit) return (null, Problems.BodyTooLarge(limit));
            var utf8 = sent.Buffer.ToArray();
            if (utf8.Length == 0 && mayBeEmpty) return (new(), null);
            if (!Utf8.IsValid(utf8)) return (null, Problems.NotUtf8());
            using var document = JsonDocument.Parse(utf8);
            var body = new StrictBody();
            return body.Take(document.RootElement, known) is { } problem ? (null, problem) : (body, null);
        }
        catch (JsonException exception)
        {
            return (null, Problems.MalformedJson(exception.LineNumber, exception.BytePositionInLine));
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(sent.Buffer.End);
        }
    }

    /// <summary>Whether the member is there.</summary>
    public bool Has(string member) => members.ContainsKey(member);

    /// <summary>A text without control characters and without spaces around it; null where the member is none, or not there.</summary>
    public string? Text(string member) => members.TryGetValue(member, out var value) ? TextOf(value) : null;

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString()!.Trim() is var text && !text.Any(char.IsControl) ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }

    /// <summary>Such texts in a list; null where the member is none, or not there.</summary>
    public IReadOnlyList<string>? Texts(string member)
    {
        if (!members.TryGetValue(member, out var value) || value.ValueKind != JsonValueKind.Array) return null;
        var texts = value.EnumerateArray().Select(TextOf).OfType<string>().ToArray();
        return texts.Length == value.GetArrayLength() ? texts : null;
    }

    /// <summary>A whole number; null where the member is none, or not there.</summary>
    public long? Number(string member) =>
        members.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    /// <summary>True or false; null where the member is neither, or not there.</summary>
    public bool? Flag(string member) => members.TryGetValue(member, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    /// <summary>A moment in ISO 8601, of UTC where it names no offset; null where the member is none, or not there.</summary>
    public DateTimeOffset? Moment(string member) => TryMoment(Text(member), out var moment) ? moment : null;

    /// <summary>Reads such a moment.</summary>
    public static bool TryMoment(string? text, out DateTimeOffset moment) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);

    private Problem? Take(JsonElement body, string[] known)
    {
        if (body.ValueKind != JsonValueKind.Object) return Problems.NotAnObject();
        foreach (var member in body.EnumerateObject())
        {
            var name = NameOf(member);
            if (name is null || !known.Contains(name, StringComparer.Ordinal)) return Problems.UnknownMember(param: null, known.Length == 0 ? "none" : string.Join(", ", known));
            if (!members.TryAdd(name, member.Value.Clone())) return Problems.Duplicate(name);
        }

        return null;
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }
}
