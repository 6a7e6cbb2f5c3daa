using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// The JSON body of an ask, read strictly and by hand: each error names the member and the bound, a member that stands twice
/// is refused (a proxy might have read the other one), and nothing nested is descended into.
/// </summary>
internal sealed partial class AskBody
{
    /// <summary>The deepest nesting that is even looked at; an ask has one level.</summary>
    private const int MaxDepth = 16;

    private const string Known = "prompt, model, size, seconds, user";

    private AskBody() { }

    public string? Prompt { get; private set; }

    public string? Model { get; private set; }

    public string? Size { get; private set; }

    public int? Seconds { get; private set; }

    public string? User { get; private set; }

    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out AskBody? body, [NotNullWhen(false)] out Problem? problem)
    {
        var read = new AskBody();
        problem = Utf8.IsValid(utf8) ? read.Read(utf8) : Problems.NotUtf8();
        body = problem is null ? read : null;
        return problem is null;
    }

    private Problem? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return Problems.NotAnObject();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Text(ref reader);
                if (name is not null && !seen.Add(name)) return Problems.Duplicate(name);
                if (name is null || !IsKnown(name)) return Problems.UnknownMember(Harmless(name), Known);
                reader.Read();
                if (ReadMember(name, ref reader) is { } problem) return problem;
            }

            reader.Read(); // Whatever follows the object is not JSON.
            return null;
        }
        catch (JsonException exception)
        {
            return Problems.MalformedJson(exception.LineNumber, exception.BytePositionInLine);
        }
    }

    private Problem? ReadMember(string name, ref Utf8JsonReader reader)
    {
        if (name == "seconds") return ReadSeconds(ref reader);
        if (reader.TokenType != JsonTokenType.String) return Problems.WrongType(name, "must be a string; leave it out rather than sending null.");
        if (Text(ref reader) is not { } text) return Problems.Field(name, "has half of a surrogate pair; send whole characters.");
        switch (name)
        {
            case "prompt": Prompt = text; break;
            case "model": Model = text; break;
            case "size": Size = text; break;
            case "user": User = text; break;
        }

        return null;
    }

    // The original service takes a string; people send a number.
    private Problem? ReadSeconds(ref Utf8JsonReader reader)
    {
        const string bound = "must be a whole number of seconds, as \"4\" or 4.";
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)) Seconds = number;
        else if (reader.TokenType == JsonTokenType.String && int.TryParse(Text(ref reader), NumberStyles.None, CultureInfo.InvariantCulture, out number)) Seconds = number;
        else if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String) return Problems.Field("seconds", bound);
        else return Problems.WrongType("seconds", bound);
        return null;
    }

    private static bool IsKnown(string name) => name is "prompt" or "model" or "size" or "seconds" or "user";

    /// <summary>Null for half of a surrogate pair; the bytes are valid UTF-8, so nothing else can be wrong with a text.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // An error shows a name only where it cannot pass for anything else.
    private static string? Harmless(string? name) => name is not null && Names().IsMatch(name) ? name : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_.\[\]-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
