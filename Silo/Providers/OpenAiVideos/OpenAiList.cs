using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.OpenAiVideos;

/// <summary>
/// Looks for a job by what was asked for and when, in the list of an account's jobs. Only a single one that fits in everything is taken:
/// the same prompt, model, size and length, made while ours can have arrived. None, or several, says nothing.
/// </summary>
internal static class OpenAiList
{
    /// <summary>How far the server's clock may be from ours.</summary>
    public static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(1);

    /// <summary>How many pages of 100 are read; of an account that makes more in that time nobody can tell.</summary>
    private const int MaxPages = 10;

    /// <param name="order">What is looked for.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FindReply> Find(FindOrder order, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var candidates = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var outcome = await get(PathOf(after), cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || OpenAiWire.List(answered.Body) is not { } list)
            {
                return new FindReply.Trouble(HttpFailures.Trouble(outcome, reader));
            }

            candidates.UnionWith(list.Videos.Where(video => Fits(video, order)).Select(video => video.Id));
            if (list.After is null || list.After == after || IsPast(list, Earliest(order))) return Verdict(candidates);
            after = list.After;
        }

        return new FindReply.Trouble(new(FailureKind.Unknown, "The provider's list is too long to find the job in it.", "list_too_long"));
    }

    /// <summary>All jobs that were made since then, and perhaps older ones. The list does not have our key.</summary>
    /// <param name="from">On our clock.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ListReply> All(DateTimeOffset from, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var jobs = new Dictionary<string, ListedJob>(StringComparer.Ordinal);
        string? after = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var outcome = await get(PathOf(after), cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || OpenAiWire.List(answered.Body) is not { } list)
            {
                return new ListReply.Trouble(HttpFailures.Trouble(outcome, reader));
            }

            foreach (var video in list.Videos.Where(video => !(video.CreatedAt < from - ClockSlack))) jobs[video.Id] = new(video.Id, Mark: null, video.CreatedAt);
            if (list.After is null || list.After == after || IsPast(list, from - ClockSlack)) return new ListReply.Listed([.. jobs.Values]);
            after = list.After;
        }

        return new ListReply.Trouble(SharedReplies.LongList);
    }

    private static string PathOf(string? after) => $"videos?limit=100&order=desc{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";

    private static FindReply Verdict(HashSet<string> candidates) => candidates.Count switch
    {
        1 => new FindReply.Found(candidates.First()),
        0 => new FindReply.Trouble(new(FailureKind.Unknown, "No job in the provider's list fits; that proves nothing.", "no_match")),
        _ => new FindReply.Trouble(new(FailureKind.Unknown, "Several jobs in the provider's list fit.", "several_match")),
    };

    private static bool Fits(VideoWire video, FindOrder order) =>
        video.Prompt == order.Prompt
        && video.Model == order.Options.Model
        && video.Size == order.Options.Size
        && video.Seconds == order.Options.Seconds
        && video.CreatedAt is { } created
        && created >= Earliest(order)
        && created <= order.SentUntil + ClockSlack;

    // Newest first: what comes after a page that ends before that is older still.
    private static bool IsPast(VideoPage page, DateTimeOffset earliest) =>
        page.Videos is [{ CreatedAt: { } first }, .., { CreatedAt: { } last }] && first >= last && last < earliest;

    private static DateTimeOffset Earliest(FindOrder order) => order.SentFrom - ClockSlack;
}
