using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace VideoGen.Gateway.Webhooks;

/// <summary>What is sent to the addresses of webhooks: one JSON object, read strictly.</summary>
internal sealed class WebhookAsk
{
    private readonly Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);

    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="known">The members that it may have.</param>
    public static async Task<(WebhookAsk? Ask, Problem? Problem)> Read(HttpContext http, int limit, params string[] known)
    {
        var sent = await http.Request.BodyReader.ReadAtLeastAsync(limit + 1, http.RequestAborted);
        try
        {
            if (sent.Buffer.Length > limit) return (null, Problems.BodyTooLarge(limit));
            // A page of another origin can send anything but this without asking first, with whatever right its reader has here.
            if ((sent.Buffer.Length > 0 || http.Request.Headers.Origin.Count > 0) && !IsJson(http.Request)) return (null, Problems.JsonAlone());
            var utf8 = sent.Buffer.ToArray();
            if (utf8.Length == 0) return (new(), null);
            if (!Utf8.IsValid(utf8)) return (null, Problems.NotUtf8());
            using var document = JsonDocument.Parse(utf8);
            var ask = new WebhookAsk();
            return ask.Take(document.RootElement, known) is { } problem ? (null, problem) : (ask, null);
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

    public bool Has(string member) => members.ContainsKey(member);

    /// <summary>A text; null where the member is none, or not there.</summary>
    public string? Text(string member) => members.TryGetValue(member, out var value) ? TextOf(value) : null;

    /// <summary>A list of texts; null where the member is none, or not there.</summary>
    public IReadOnlyList<string>? Texts(string member)
    {
        if (!members.TryGetValue(member, out var value) || value.ValueKind != JsonValueKind.Array) return null;
        var texts = value.EnumerateArray().Select(TextOf).ToArray();
        return Array.Exists(texts, text => text is null) ? null : [.. texts.OfType<string>()];
    }

    /// <summary>A whole number; null where the member is none, or not there.</summary>
    public long? Number(string member) =>
        members.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }

    private Problem? Take(JsonElement body, string[] known)
    {
        if (body.ValueKind != JsonValueKind.Object) return Problems.NotAnObject();
        foreach (var member in body.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal)) return Problems.UnknownMember(param: null, known.Length == 0 ? "none" : string.Join(", ", known));
            if (!members.TryAdd(member.Name, member.Value.Clone())) return Problems.Duplicate(member.Name);
        }

        return null;
    }
}
