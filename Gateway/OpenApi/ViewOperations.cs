using VideoGen.Gateway.Operator;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of what an operator sees of the whole under <c>/api/admin</c>.</summary>
internal static class ViewOperations
{
    public static readonly Operation Providers = new("list_providers", "How each provider account does: whether it lets us in, its breaker, slots, pauses and last sweep.")
    {
        Replies = [new(200, "All that a model leads to, or that were swept; never a secret.", typeof(ProviderListBody))],
    };

    public static readonly Operation Sweep = new("sweep", "Runs now what otherwise comes by the clock: wakes what is owed, compares the accounts' lists, clears the store.")
    {
        Description = "Two at once are one.",
        Replies = [new(200, "What each found.", typeof(SweepBody)), new(Problems.UnderWay, "They take longer, and go on.", typeof(SweepBody))],
        Refusals = [Samples.NoSweepsHere],
    };

    public static readonly Operation Configuration = new("get_configuration", "The options of this process that are said, and where; secrets are not shown.")
    {
        Replies = [new(200, "By name.", typeof(ConfigurationBody))],
    };

    public static readonly Operation Overview = new("get_overview", "What an operator looks at first, in one answer.")
    {
        Description = "It may be 3 seconds old. Times and the rate are of the last 24 hours; of what ended only videos are counted that were asked for since a day before, and today began at midnight UTC. The days of money are those of the budgets.",
        Replies = [new(200, "The numbers.", typeof(OverviewBody))],
    };

    public static readonly Operation Events = new("stream_overview", "The same as server-sent events: as it is, and again whenever it is different.")
    {
        Description = "Events are overview. A comment comes every 15 seconds where nothing is different.",
        Given = [Given.Header(EventStream.LastEventId, "The id of the event that was heard last.")],
        Replies = [new(200, "The stream.") { Media = [EventStream.MediaType] }],
        Refusals = [Samples.TooManyStreams],
    };
}
