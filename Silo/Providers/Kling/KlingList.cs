using System.Globalization;
using System.Text.Json;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;
using static VideoGen.Silo.Providers.Http.WireJson;

namespace VideoGen.Silo.Providers.Kling;

/// <summary>
/// Reads Kling's list of jobs of one kind, page by page. In which order it has them is documented nowhere, so only a page that is in the
/// order of their age, and ends with one that is too old, is taken for the last one that matters.
/// </summary>
internal static class KlingList
{
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
        var earliest = from - AccountOptions.ClockSlack;
        for (var page = 1; page <= MaxPages; page++)
        {
            var outcome = await get(string.Create(CultureInfo.InvariantCulture, $"{path}?pageNum={page}&pageSize={PageSize}"), cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || JobsIn(answered.Body, kind) is not { } listed) return HttpFailures.Trouble(outcome, reader);
            jobs.AddRange(listed.Where(job => !(job.CreatedAt < earliest)));
            if (listed.Count < PageSize || listed is [{ CreatedAt: { } first }, .., { CreatedAt: { } last }] && first >= last && last < earliest) return null;
        }

        return SharedReplies.LongList;
    }

    private static List<ListedJob>? JobsIn(byte[] body, string kind) => WireJson.Read(body, root =>
        Word(root, "code") == "0" && Member(root, "data") is { ValueKind: JsonValueKind.Array } data
            ? data.EnumerateArray().Select(job => JobOf(job, kind)).OfType<ListedJob>().ToList()
            : null);

    // A time that cannot be read leaves the job in the list.
    private static ListedJob? JobOf(JsonElement job, string kind) => Word(job, "task_id") is { Length: > 0 } id
        ? new(new KlingJobId(kind, id).ToString(), Member(job, "task_info") is { } asked ? Word(asked, "external_task_id") : null, UnixMilliseconds(job, "created_at"))
        : null;
}
