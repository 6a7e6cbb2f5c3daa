using System.Globalization;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Replicate;

/// <summary>
/// Looks for a job in the list of an account's predictions of a time: by our own address where it is shown, which is ours alone; else by what
/// was asked for, and then only a single one that fits in everything is taken. None, or several, says nothing: inputs are removed after an hour.
/// </summary>
internal static class ReplicateList
{
    /// <summary>How many pages of 100 are read; of an account that makes more in that time nobody can tell.</summary>
    private const int MaxPages = 100;

    /// <param name="order">What is looked for.</param>
    /// <param name="isOurs">Whether a prediction is the attempt's: true, false, or null where only its input can tell.</param>
    /// <param name="fits">Whether it was asked for with the same.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FindReply> Find(
        FindOrder order, Func<PredictionWire, bool?> isOurs, Func<PredictionWire, bool> fits, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var (predictions, trouble) = await Read(order.SentFrom - AccountOptions.ClockSlack, order.SentUntil + AccountOptions.ClockSlack, get, reader, cancellationToken).ConfigureAwait(false);
        if (predictions is null) return new FindReply.Trouble(trouble!);
        if (predictions.LastOrDefault(prediction => isOurs(prediction) == true) is { } marked) return new FindReply.Found(marked.Id);
        return SharedReplies.OnlyOneOf(
            predictions.Where(prediction => isOurs(prediction) is null && fits(prediction) && IsOfItsTime(prediction, order)).Select(prediction => prediction.Id).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>All jobs that were made in a time.</summary>
    /// <param name="from">On our clock.</param>
    /// <param name="to">The same.</param>
    /// <param name="markOf">The mark of a prediction; null where it shows none.</param>
    /// <param name="get">Asks the server for a path.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ListReply> All(
        DateTimeOffset from, DateTimeOffset to, Func<PredictionWire, string?> markOf, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var (predictions, trouble) = await Read(from - AccountOptions.ClockSlack, to + AccountOptions.ClockSlack, get, reader, cancellationToken).ConfigureAwait(false);
        return predictions is null
            ? new ListReply.Trouble(trouble!)
            : new ListReply.Listed([.. predictions.DistinctBy(prediction => prediction.Id, StringComparer.Ordinal).Select(prediction => new ListedJob(prediction.Id, markOf(prediction), prediction.CreatedAt))]);
    }

    /// <summary>Whether it was made while ours can have arrived.</summary>
    public static bool IsOfItsTime(PredictionWire prediction, FindOrder order) =>
        prediction.CreatedAt is { } created && created >= order.SentFrom - AccountOptions.ClockSlack && created <= order.SentUntil + AccountOptions.ClockSlack;

    private static async Task<(List<PredictionWire>? Predictions, Failure? Trouble)> Read(
        DateTimeOffset from, DateTimeOffset to, Func<string, CancellationToken, Task<HttpOutcome>> get, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var all = new List<PredictionWire>();
        string? query = $"?created_after={Moment(from)}&created_before={Moment(to)}";
        for (var page = 0; page < MaxPages; page++)
        {
            var outcome = await get($"predictions{query}", cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || ReplicateWire.Page(answered.Body) is not { } listed) return (null, HttpFailures.Trouble(outcome, reader));
            all.AddRange(listed.Predictions);
            if (listed.Next is null) return (all, null);
            query = listed.Next; // Of another server's address nothing else is taken: the next page is where this one was.
        }

        return (null, SharedReplies.LongList);
    }

    private static string Moment(DateTimeOffset time) => Uri.EscapeDataString(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
