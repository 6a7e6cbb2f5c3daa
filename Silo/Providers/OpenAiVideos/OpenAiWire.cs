using System.Text.Json;
using VideoGen.Silo.Providers.Http;
using static VideoGen.Silo.Providers.Http.WireJson;

namespace VideoGen.Silo.Providers.OpenAiVideos;

/// <summary>A job as the server tells of it. What it does not say, or says in another way than documented, is null.</summary>
/// <param name="Status">Its word, as it is.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="CreatedAt">On the server's clock, whole seconds.</param>
/// <param name="CostUsd">What it took; servers like OpenRouter's say it in <c>usage.cost</c>, OpenAI's never did.</param>
internal sealed record VideoWire(
    string Id, string Status, int Progress, DateTimeOffset? CreatedAt, string? Prompt, string? Model, string? Size, decimal? Seconds, ProviderError Error, decimal? CostUsd);

/// <summary>One page of jobs.</summary>
/// <param name="After">Where the next page begins; null where there is none.</param>
internal sealed record VideoPage(IReadOnlyList<VideoWire> Videos, string? After);

/// <summary>
/// Reads what servers answer that speak OpenAI's Videos API, as the last specification of it has it (2026-08-21). They differ: codes
/// are words or numbers, errors are in <c>error</c> or in <c>detail</c>, lists have no pages, members are missing.
/// </summary>
internal static class OpenAiWire
{
    /// <summary>Our word for FastAPI's answer to a request that its endpoint was never called with.</summary>
    public const string ValidationError = "validation_error";

    /// <summary>US dollars. More than this, or less than nothing, is no cost of a video.</summary>
    private const decimal MostUsd = 10_000;

    public static VideoWire? Video(byte[] body) => Read(body, root => Video(root));

    public static VideoPage? List(byte[] body) => Read(body, root =>
    {
        if (Member(root, "data") is not { ValueKind: JsonValueKind.Array } data) return null;
        var videos = data.EnumerateArray().Select(Video).OfType<VideoWire>().ToList();
        var more = Member(root, "has_more") is { ValueKind: JsonValueKind.True };
        return new VideoPage(videos, more ? Word(root, "last_id") ?? videos.LastOrDefault()?.Id : null);
    });

    public static ProviderError Error(byte[] body) => Read(body, root =>
    {
        if (Member(root, "error") is { } error) return ErrorOf(error);
        return Member(root, "detail") switch
        {
            { ValueKind: JsonValueKind.String } detail => new ProviderError(null, detail.GetString()),
            { ValueKind: JsonValueKind.Array } detail when detail.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first && Member(first, "loc") is not null =>
                new ProviderError(ValidationError, Word(first, "msg")),
            _ => ProviderError.None,
        };
    }) ?? ProviderError.None;

    /// <summary>Whether an answer is the server's own word about what was asked, and not one of something between us and it.</summary>
    public static bool IsOwnError(byte[] body) => Read(body, root => Member(root, "error") is not null || Member(root, "detail") is not null ? "yes" : null) is not null;

    private static VideoWire? Video(JsonElement video)
    {
        if (Word(video, "id") is not { Length: > 0 } id || id is "." or "..") return null;
        return new(
            id,
            Word(video, "status") ?? "",
            (int)Math.Clamp(Number(video, "progress") ?? 0, 0, 100),
            UnixSeconds(video, "created_at"),
            Word(video, "prompt"),
            Word(video, "model"),
            Word(video, "size"),
            Number(video, "seconds"),
            Member(video, "error") is { } error ? ErrorOf(error) : ProviderError.None,
            Member(video, "usage") is { } usage && Number(usage, "cost") is >= 0 and <= MostUsd and var cost ? cost : null);
    }

    private static ProviderError ErrorOf(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.String => new(null, error.GetString()),
        JsonValueKind.Object => new(Word(error, "code"), Word(error, "message")),
        _ => ProviderError.None,
    };
}
