using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>What was ordered: <c>job.json</c>, written once, before the job exists. The prompt is beside it in <c>prompt.txt</c>.</summary>
/// <param name="JobId">Made from the key, so that one key can only ever be one job.</param>
/// <param name="Usd">What it costs when it is charged, US dollars, fixed at the submit.</param>
/// <param name="InputType">The media type of the picture that guides it; null where there is none.</param>
internal sealed record LocalJob(
    int V, string JobId, string ProviderKey, string Model, string Size, int Seconds, DateTimeOffset Created, decimal Usd, string? InputType = null)
{
    public const int Version = 1;
}

/// <summary>
/// How a job ended: <c>ending.json</c>, written once. A job without it is queued or rendering, and owed: where a render
/// stands is worth nothing after a crash, so it is not on disk. The first ending stands, also between two processes.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Finished), "finished")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
internal abstract record LocalEnding(DateTimeOffset At)
{
    public sealed record Finished(DateTimeOffset At) : LocalEnding(At);

    public sealed record Failed(DateTimeOffset At, FailureKind Kind, string Detail, string? Code, Charged Charged) : LocalEnding(At);

    public sealed record Cancelled(DateTimeOffset At) : LocalEnding(At);
}

/// <summary>How the files of this provider are written.</summary>
internal static class LocalJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
