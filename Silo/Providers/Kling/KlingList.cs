using System.Globalization;
using System.Text.Json;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Kling;

/// <summary>
/// Reads Kling's list of jobs of one kind, page by page. In which order it has them is documented nowhere, so only a page that is in the
/// order of their age, and ends with one that is too old, is taken for the last one that matters.
/// </summary>
internal static class KlingList
{
    /// <summary>How far its clock may be from ours.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(1);

    private const int PageSize = 500, MaxPages = 40; // The most that it gives on one page, and 20,000 jobs.

    /// <param name="kind">As in <see cref="KlingJobId"/>.</param>
    /// <param name="from">Older ones may be left out; on our clock.</param>
    /// <param name="path">Where the list is.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="jobs">Gets them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where all were read.</returns>
    public static async Task<Failure?> Read(
        string kind, DateTimeOffset from, string path, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, List<ListedJob> jobs, CancellationToken cancellationToken)
    {
        var earliest = from - ClockSlack;
        for (var page = 1; page <= MaxPages; page++)
        {
            var outcome = await get(string.Create(CultureInfo.InvariantCulture, $"{path}?pageNum={page}&pageSize={PageSize}"), cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || JobsIn(answered.Body, kind) is not { } listed) return HttpFailures.Trouble(outcome, reader);
            jobs.AddRange(listed.Where(job => !(job.CreatedAt < earliest)));
            if (listed.Count < PageSize || listed is [{ CreatedAt: { } first }, .., { CreatedAt: { } last }] && first >= last && last < earliest) return null;
        }

        return SharedReplies.LongList;
    }

    // Times are Unix milliseconds. One that cannot be read leaves the job in the list.
    private static List<ListedJob>? JobsIn(byte[] body, string kind)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Member(document.RootElement, "code") is not { ValueKind: JsonValueKind.Number } code || code.GetRawText() != "0") return null;
            return Member(document.RootElement, "data") is { ValueKind: JsonValueKind.Array } data
                ? [.. data.EnumerateArray().Where(job => Text(job, "task_id") is { Length: > 0 }).Select(job => new ListedJob(new KlingJobId(kind, Text(job, "task_id")!).ToString(), MarkOf(job), CreatedAt(job)))]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? MarkOf(JsonElement job) => Member(job, "task_info") is { } asked ? Text(asked, "external_task_id") : null;

    private static DateTimeOffset? CreatedAt(JsonElement job) =>
        long.TryParse(Text(job, "created_at"), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < Latest.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static readonly DateTimeOffset Latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static JsonElement? Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };
}
