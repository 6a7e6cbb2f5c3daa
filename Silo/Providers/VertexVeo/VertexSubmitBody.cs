using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Grains.Providers;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// The body of <c>predictLongRunning</c> for Veo, as the "Veo on Vertex AI API" reference has it: one video, with its sound (which the models
/// from 3 on want to be told), put under a path of its own where there is a bucket.
/// </summary>
internal sealed record VertexSubmitBody(
    [property: JsonPropertyName("instances")] IReadOnlyList<VertexSubmitBody.Instance> Instances,
    [property: JsonPropertyName("parameters")] VertexSubmitBody.Parameter Parameters)
{
    private const int Hd = 720, FullHd = 1080;

    private const string BeforeSound = "veo-2"; // Models that do not know the word, and say so.

    /// <param name="order">What is asked for.</param>
    /// <param name="picture">The picture that guides it, in base64; null where none does.</param>
    /// <param name="storageUri">Where the video is to be put; null for in the answer.</param>
    public static byte[] Of(SubmitOrder order, string? picture, string? storageUri)
    {
        var hasSound = !order.Options.Model.StartsWith(BeforeSound, StringComparison.Ordinal);
        return JsonSerializer.SerializeToUtf8Bytes(new VertexSubmitBody(
            [new(order.Prompt, picture is null ? null : new(picture, order.Input!.MediaType))],
            new(1, storageUri, order.Options.Seconds, AspectOf(order.Options.Size)!, hasSound ? ResolutionOf(order.Options.Size) : null, hasSound ? true : null)));
    }

    /// <summary><c>16:9</c> or <c>9:16</c>; null for what it does not make.</summary>
    public static string? AspectOf(string size) => !VideoSize.TryParse(size, out var s) ? null : s.Width * 9 == s.Height * 16 ? "16:9" : s.Width * 16 == s.Height * 9 ? "9:16" : null;

    private static string ResolutionOf(string size) => !VideoSize.TryParse(size, out var s) || Math.Min(s.Width, s.Height) <= Hd ? "720p" : Math.Min(s.Width, s.Height) <= FullHd ? "1080p" : "4k";

    internal sealed record Instance(
        [property: JsonPropertyName("prompt")] string Prompt,
        [property: JsonPropertyName("image"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Picture? Image);

    internal sealed record Picture(
        [property: JsonPropertyName("bytesBase64Encoded")] string Bytes,
        [property: JsonPropertyName("mimeType")] string MediaType);

    internal sealed record Parameter(
        [property: JsonPropertyName("sampleCount")] int Samples,
        [property: JsonPropertyName("storageUri"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StorageUri,
        [property: JsonPropertyName("durationSeconds")] int Seconds,
        [property: JsonPropertyName("aspectRatio")] string Aspect,
        [property: JsonPropertyName("resolution"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Resolution,
        [property: JsonPropertyName("generateAudio"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Sound);
}
