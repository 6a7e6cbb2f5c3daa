using System.Text.Json;
using static VideoGen.Silo.Providers.Http.WireJson;

namespace VideoGen.Silo.Providers.Replicate;

/// <summary>A job; Replicate calls it a prediction. What is not said, or in another way than documented, is null.</summary>
/// <param name="Status">Its word, as it is.</param>
/// <param name="Version">Of the model; <c>hidden</c> where it has none.</param>
/// <param name="Input">What was asked for; empty once its data was removed.</param>
/// <param name="Source">Whether it was made through the API or on the website.</param>
/// <param name="Video">Where its first file is.</param>
/// <param name="Error">Its sentence for what went wrong.</param>
/// <param name="DataRemoved">Whether input and output were deleted.</param>
/// <param name="PredictTime">How long the model ran, seconds: what is billed is that time, or what came of it.</param>
/// <param name="Webhook">The address that it calls; shown by some answers, and in no specification.</param>
internal sealed record PredictionWire(
    string Id, string Status, string? Model, string? Version, JsonElement? Input, string? Source, string? Video, string? Error, bool DataRemoved,
    DateTimeOffset? CreatedAt, DateTimeOffset? CompletedAt, decimal? PredictTime, string? Webhook);

/// <summary>One page of jobs, the newest first.</summary>
/// <param name="Next">The query of the next page; null where there is none.</param>
internal sealed record PredictionPage(IReadOnlyList<PredictionWire> Predictions, string? Next);

/// <summary>Reads what Replicate's HTTP API answers (specification 1.0.0-a1). None of it may throw, and none may make a job id be overlooked.</summary>
internal static class ReplicateWire
{
    public static PredictionWire? Prediction(byte[] body) => Read(body, Prediction);

    public static PredictionPage? Page(byte[] body) => Read(body, root =>
    {
        if (Member(root, "results") is not { ValueKind: JsonValueKind.Array } results) return null;
        var next = Text(root, "next");
        if (next is not null && !Uri.TryCreate(next, UriKind.Absolute, out _)) return null; // There is more, and nobody knows where.
        return new PredictionPage([.. results.EnumerateArray().Select(Prediction).OfType<PredictionWire>()], next is null ? null : new Uri(next).Query);
    });

    /// <summary>An error of the API: a title and a sentence, as RFC 9457 has it.</summary>
    public static (string? Title, string? Detail) Error(byte[] body) => Read(body, root => new Told(Text(root, "title"), Text(root, "detail"))) is { } told ? (told.Title, told.Detail) : (null, null);

    private static PredictionWire? Prediction(JsonElement prediction)
    {
        if (Text(prediction, "id") is not { Length: > 0 } id || id is "." or "..") return null;
        return new(
            id,
            Text(prediction, "status") ?? "",
            Text(prediction, "model"),
            Text(prediction, "version"),
            Member(prediction, "input")?.Clone(),
            Text(prediction, "source"),
            Member(prediction, "output") is { } output ? FirstFile(output) : null,
            Text(prediction, "error"),
            Member(prediction, "data_removed") is { ValueKind: JsonValueKind.True },
            Time(prediction, "created_at"),
            Time(prediction, "completed_at"),
            Member(prediction, "metrics") is { } metrics && Member(metrics, "predict_time") is { ValueKind: JsonValueKind.Number } used && used.TryGetDecimal(out var seconds) ? seconds : null,
            Text(prediction, "webhook"));
    }

    // A file is an address, alone or in a list, as most models have it, or the member of an object.
    private static string? FirstFile(JsonElement output) => output.ValueKind switch
    {
        JsonValueKind.String => output.GetString(),
        JsonValueKind.Array => output.EnumerateArray().Select(FirstFile).FirstOrDefault(file => file is not null),
        JsonValueKind.Object => Text(output, "video") ?? output.EnumerateObject().Select(member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null).FirstOrDefault(file => file is not null),
        _ => null,
    };

    private sealed record Told(string? Title, string? Detail);
}
