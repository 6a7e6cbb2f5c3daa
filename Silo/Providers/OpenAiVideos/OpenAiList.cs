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
    /// <summary>How many pages of 100 are read; of an account that makes more in that time nobody can tell.</summary>
    private const int MaxPages = 10;

    /// <param name="order">What is looked for.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FindReply> Find(FindOrder order, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var (videos, trouble) = await Read(order.SentFrom, get, reader, cancellationToken).ConfigureAwait(false);
        return videos is null ? new FindReply.Trouble(trouble!) : SharedReplies.OnlyOneOf(videos.Where(video => Fits(video, order)).Select(video => video.Id).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>All jobs that were made since then, and perhaps older ones. The list does not have our key.</summary>
    /// <param name="from">On our clock.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ListReply> All(DateTimeOffset from, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var (videos, trouble) = await Read(from, get, reader, cancellationToken).ConfigureAwait(false);
        return videos is null
            ? new ListReply.Trouble(trouble!)
            : new ListReply.Listed([.. videos.DistinctBy(video => video.Id, StringComparer.Ordinal).Select(video => new ListedJob(video.Id, Mark: null, video.CreatedAt))]);
    }

    // A list changes while it is read, so a job may be in it twice.
    private static async Task<(List<VideoWire>? Videos, Failure? Trouble)> Read(
        DateTimeOffset from, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var earliest = from - AccountOptions.ClockSlack;
        var videos = new List<VideoWire>();
        string? after = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var outcome = await get($"videos?limit=100&order=desc{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || OpenAiWire.List(answered.Body) is not { } list) return (null, HttpFailures.Trouble(outcome, reader));
            videos.AddRange(list.Videos.Where(video => !(video.CreatedAt < earliest)));
            if (list.After is null || list.After == after || IsPast(list, earliest)) return (videos, null);
            after = list.After;
        }

        return (null, SharedReplies.LongList);
    }

    private static bool Fits(VideoWire video, FindOrder order) =>
        video.Prompt == order.Prompt
        && video.Model == order.Options.Model
        && video.Size == order.Options.Size
        && video.Seconds == order.Options.Seconds
        && video.CreatedAt is { } created
        && created >= order.SentFrom - AccountOptions.ClockSlack
        && created <= order.SentUntil + AccountOptions.ClockSlack;

    // Newest first: what comes after a page that ends before that is older still.
    private static bool IsPast(VideoPage page, DateTimeOffset earliest) =>
        page.Videos is [{ CreatedAt: { } first }, .., { CreatedAt: { } last }] && first >= last && last < earliest;
}
