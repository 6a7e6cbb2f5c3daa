using System.Globalization;
using System.Text.Json;
using VideoGen.Silo.Providers.Http;
using static VideoGen.Silo.Providers.Http.WireJson;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>An operation of Vertex AI, as <c>predictLongRunning</c> and <c>fetchPredictOperation</c> answer it. What it does not say is null or empty.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="IsDone">Whether it is over; until then it says nothing else.</param>
/// <param name="Error">Why there is no video; <see cref="ProviderError.None"/> where nothing went wrong.</param>
/// <param name="FilteredReasons">What the safety filters said of the videos that they held back.</param>
/// <param name="Filtered">How many those are.</param>
/// <param name="Videos">What it made and did not hold back.</param>
internal sealed record VertexOperation(string? Name, bool IsDone, ProviderError Error, IReadOnlyList<string> FilteredReasons, int Filtered, IReadOnlyList<VertexVideo> Videos)
{
    /// <summary>Null where it is none. Whether a video is there in the answer itself is told, and it is not decoded.</summary>
    public static VertexOperation? Read(byte[] body) => WireJson.Read(body, root => Word(root, "name") is { Length: > 0 } name ? OperationOf(root, name) : null);

    /// <summary>The error in any answer: <c>{"error":{"code":400,"message":"…","status":"INVALID_ARGUMENT"}}</c>, Google's error model.</summary>
    public static ProviderError ErrorIn(byte[] body) =>
        WireJson.Read(body, root => Member(root, "error") is { } error ? new ProviderError(Word(error, "status"), Word(error, "message")) : null) ?? ProviderError.None;

    private static VertexOperation OperationOf(JsonElement root, string name)
    {
        var response = Member(root, "response") ?? default;
        return new(
            name,
            Member(root, "done") is { ValueKind: JsonValueKind.True },
            Member(root, "error") is { } error ? new(Word(error, "code"), Word(error, "message")) : ProviderError.None,
            [.. Items(response, "raiMediaFilteredReasons").Where(reason => reason.ValueKind == JsonValueKind.String).Select(reason => reason.GetString()!)],
            int.TryParse(Word(response, "raiMediaFilteredCount"), NumberStyles.None, CultureInfo.InvariantCulture, out var filtered) ? filtered : 0,
            [.. Items(response, "videos").Select(VideoOf).OfType<VertexVideo>()]);
    }

    private static VertexVideo? VideoOf(JsonElement video) => Word(video, "gcsUri") is { Length: > 0 } place ? new VertexVideo(place, null)
        : Member(video, "bytesBase64Encoded") is { ValueKind: JsonValueKind.String } bytes && bytes.TryGetBytesFromBase64(out var content) ? new VertexVideo(null, content)
        : null;
}

/// <summary>A video that an operation made: in a bucket, or in the answer itself.</summary>
/// <param name="Place"><c>gs://bucket/object</c>; null where it is in the answer.</param>
/// <param name="Content">The video; null where it is in a bucket.</param>
internal sealed record VertexVideo(string? Place, byte[]? Content);
