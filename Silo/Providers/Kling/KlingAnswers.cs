using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Kling;

/// <summary>What every answer of Kling's API looks like. Times are Unix milliseconds.</summary>
internal sealed record KlingAnswer(
    [property: JsonPropertyName("code")] int? Code,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("data")] KlingJob? Data);

/// <summary>A job; Kling calls it a task.</summary>
/// <param name="Units">What it took in the end, in units of the account's package.</param>
internal sealed record KlingJob(
    [property: JsonPropertyName("task_id")] string? Id,
    [property: JsonPropertyName("task_status")] string? Status,
    [property: JsonPropertyName("task_status_msg")] string? Message,
    [property: JsonPropertyName("task_info")] KlingAsk? Asked,
    [property: JsonPropertyName("task_result")] KlingResult? Result,
    [property: JsonPropertyName("final_unit_deduction")] string? Units)
{
    /// <summary>Whether it took something; null where that is not said.</summary>
    public bool? WasCharged => decimal.TryParse(Units, NumberStyles.Float, CultureInfo.InvariantCulture, out var units) ? units > 0 : null;
}

/// <summary>What a job was asked for with.</summary>
internal sealed record KlingAsk([property: JsonPropertyName("external_task_id")] string? Mark);

/// <summary>What a job made.</summary>
internal sealed record KlingResult([property: JsonPropertyName("videos")] IReadOnlyList<KlingVideo>? Videos);

internal sealed record KlingVideo([property: JsonPropertyName("url")] string? Url);

/// <summary>
/// What Kling's answers prove. The list is that of the error codes in its API reference ("General Information") which say that the
/// request was turned down; its server errors (5000 to 5002) say no such thing.
/// </summary>
/// <param name="kind">Which kind of job is asked for, as in the path: it becomes part of our name for the job.</param>
internal sealed class KlingAnswers(string kind) : IAnswerReader
{
    /// <summary>A job that is not there.</summary>
    public const string NotFound = "1203";

    private const string NoEntry = "The provider does not let this account in.", NothingLeft = "The provider account has nothing left to spend.";
    private const string Invalid = "The provider does not take this request.", Policy = "The provider's content policy does not allow this prompt.";

    private static readonly JsonSerializerOptions _json = new() { NumberHandling = JsonNumberHandling.AllowReadingFromString, Converters = { new TextOfAnything() } };

    private static readonly NoJobProof[] _proofs =
    [
        new(400, "1200", FailureKind.Refused, Invalid),
        new(400, "1201", FailureKind.Refused, Invalid),
        new(400, "1300", FailureKind.Rejected, Policy),
        new(400, "1301", FailureKind.Rejected, Policy),
        new(401, "1000", FailureKind.Unavailable, NoEntry),
        new(401, "1001", FailureKind.Unavailable, NoEntry),
        new(401, "1002", FailureKind.Unavailable, NoEntry),
        new(401, "1003", FailureKind.Unavailable, NoEntry),
        new(401, "1004", FailureKind.Unavailable, NoEntry),
        new(404, "1202", FailureKind.Refused, Invalid),
        new(404, NotFound, FailureKind.Refused, Invalid),
        new(429, "1100", FailureKind.Unavailable, NoEntry),
        new(429, "1101", FailureKind.Unavailable, NothingLeft),
        new(429, "1102", FailureKind.Unavailable, NothingLeft),
        new(429, "1103", FailureKind.Unavailable, NoEntry),
        new(429, "1302", FailureKind.Throttled, "The provider asks for fewer calls."),
        new(429, "1303", FailureKind.Throttled, "The provider makes as many videos of this account at a time as it may."),
        new(429, "1304", FailureKind.Unavailable, NoEntry),
    ];

    public IReadOnlyList<NoJobProof> ProvesNoJob => _proofs;

    public string? JobIdIn(byte[] body) => JobIn(body) is { Id: { Length: > 0 } id } ? new KlingJobId(kind, id).ToString() : null;

    public ProviderError ErrorIn(byte[] body) =>
        Read(body) is { Code: { } code and not 0 } answer ? new(code.ToString(CultureInfo.InvariantCulture), answer.Message) : ProviderError.None;

    /// <summary>The job in an answer that says that all went well; null where it does not, or has none.</summary>
    public static KlingJob? JobIn(byte[] body) => Read(body) is { Code: 0, Data: { } job } ? job : null;

    private static KlingAnswer? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<KlingAnswer>(body, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Ids are documented as texts, and come as numbers from some of those who pass them on.
    private sealed class TextOfAnything : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => JsonElement.ParseValue(ref reader).GetRawText(),
            JsonTokenType.True or JsonTokenType.False => reader.GetBoolean() ? "true" : "false",
            _ => throw new JsonException(),
        };

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}

/// <summary>Our name for a job: Kling asks for it under the kind of video it is.</summary>
internal readonly record struct KlingJobId(string Kind, string Id)
{
    public const string OfText = "text2video", OfPicture = "image2video";

    public override string ToString() => $"{Kind}/{Id}";

    public static KlingJobId? Parse(string jobId) =>
        jobId.Split('/') is [var kind, { Length: > 0 } id] && (kind is OfText or OfPicture) && id is not ("." or "..") ? new(kind, id) : null;
}
