using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// What an ask says, from JSON or from a form, read strictly and by hand: each error names the member and the bound, a member that
/// stands twice is refused (a proxy might have read the other one), and nothing nested is descended into but a picture.
/// </summary>
/// <param name="known">The members that this address takes.</param>
internal sealed partial class AskBody(IReadOnlyList<string> known)
{
    /// <summary>What <c>POST /v1/videos</c> takes.</summary>
    public static readonly IReadOnlyList<string> Create = ["prompt", "model", "size", "seconds", "user", "variation", "confirmation", InputReference, WebhookUrlMember];

    /// <summary>What <c>POST /v1/videos/{id}/remix</c> takes: everything else is the source's.</summary>
    public static readonly IReadOnlyList<string> Remix = ["prompt", "user", "variation", "confirmation", WebhookUrlMember];

    /// <summary>What <c>GET /v1/videos/quote</c> takes in its address.</summary>
    public static readonly IReadOnlyList<string> Quote = ["prompt", "model", "size", "seconds", "user", "variation"];

    public const string InputReference = "input_reference";

    /// <summary>Where this one ask wants to be told how its video ends.</summary>
    public const string WebhookUrlMember = "webhook_url";

    private const string ImageUrl = "image_url";

    /// <summary>How a form spells the picture's address.</summary>
    private const string ImageUrlField = $"{InputReference}[{ImageUrl}]";

    /// <summary>The deepest nesting that is even looked at; an ask has two levels.</summary>
    private const int MaxDepth = 16;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public string? Prompt { get; private set; }

    public string? Model { get; private set; }

    public string? Size { get; private set; }

    public int? Seconds { get; private set; }

    public string? User { get; private set; }

    public bool Variation { get; private set; }

    public string? Confirmation { get; private set; }

    public string? WebhookUrl { get; private set; }

    /// <summary>The picture as a data URL.</summary>
    public string? InputUrl { get; private set; }

    /// <summary>The picture that came as a file, and is stored.</summary>
    public InputFile? Input { get; private set; }

    /// <summary>Reads a JSON body; null when all is well.</summary>
    public Problem? ReadJson(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) ? Read(utf8) : Problems.NotUtf8();

    /// <summary>Takes a text field of a form; null when all is well.</summary>
    public Problem? TakeField(string name, string text)
    {
        var member = name == ImageUrlField ? InputReference : name;
        return Meet(member) ?? Take(member, text);
    }

    /// <summary>Whether a file may stand under this name now; null when it may.</summary>
    public Problem? MeetFile(string name) => name == InputReference ? Meet(name) : Problems.UnknownMember(Harmless(name), string.Join(", ", known));

    public void TakeFile(InputFile input) => Input = input;

    private Problem? Meet(string? name)
    {
        if (name is null || !known.Contains(name)) return Problems.UnknownMember(Harmless(name), string.Join(", ", known));
        return _seen.Add(name) ? null : Problems.Duplicate(name);
    }

    private Problem? Take(string name, string text)
    {
        switch (name)
        {
            case "prompt": Prompt = text; break;
            case "model": Model = text; break;
            case "size": Size = text; break;
            case "user": User = text; break;
            case "confirmation": Confirmation = text; break;
            case WebhookUrlMember: WebhookUrl = text; break;
            case InputReference: InputUrl = text; break;
            case "seconds":
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return Problems.Field(name, SecondsBound);
                Seconds = seconds;
                break;
            case "variation":
                if (text is not ("true" or "false")) return Problems.Field(name, VariationBound);
                Variation = text == "true";
                break;
        }

        return null;
    }

    private const string SecondsBound = "must be a whole number of seconds, as \"4\" or 4.";
    private const string VariationBound = "must be true or false.";

    private Problem? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return Problems.NotAnObject();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Text(ref reader);
                if (Meet(name) is { } unmet) return unmet;
                reader.Read();
                if (ReadMember(name!, ref reader) is { } problem) return problem;
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
        switch (name)
        {
            case InputReference:
                return ReadInput(ref reader);
            case "variation" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                Variation = reader.GetBoolean();
                return null;
            case "variation":
                return Problems.WrongType(name, VariationBound);
            // The original service takes a string; people send a number.
            case "seconds" when reader.TokenType == JsonTokenType.Number:
                if (!reader.TryGetInt32(out var seconds)) return Problems.Field(name, SecondsBound);
                Seconds = seconds;
                return null;
            case "seconds" when reader.TokenType != JsonTokenType.String:
                return Problems.WrongType(name, SecondsBound);
            case "seconds":
                return Take(name, Text(ref reader) ?? "");
        }

        if (reader.TokenType != JsonTokenType.String) return Problems.WrongType(name, "must be a string; leave it out rather than sending null.");
        return Text(ref reader) is { } text ? Take(name, text) : Problems.Field(name, "has half of a surrogate pair; send whole characters.");
    }

    private Problem? ReadInput(ref Utf8JsonReader reader)
    {
        const string bound = "must be an object with one member: image_url, a data URL (data:image/png;base64,...).";
        if (reader.TokenType != JsonTokenType.StartObject) return Problems.WrongType(InputReference, bound);
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName || Text(ref reader) != ImageUrl) return Problems.Field(InputReference, bound);
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) return Problems.WrongType(InputReference, bound);
        InputUrl = Text(ref reader);
        reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? null : Problems.Field(InputReference, bound);
    }

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
