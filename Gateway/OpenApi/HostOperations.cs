using VideoGen.Gateway.Health;
using VideoGen.Gateway.Reports;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of all else.</summary>
internal static class HostOperations
{
    public static readonly Operation Live = new("get_live", "The process answers.") { Replies = [new(200, "It does.", typeof(LiveBody))] };

    public static readonly Operation Ready = new("get_ready", "Whether everything is there that it needs, or what to do about it.")
    {
        Replies = [new(200, "It is.", typeof(ReadyBody)), new(Problems.NotReady, "It is not: a line says what to do.", typeof(ReadyBody))],
    };

    public static readonly Operation Stats = new("get_stats", "The client's videos by status, and what was prevented.") { Replies = [new(200, "The counts.", typeof(StatsBody))] };

    public static readonly Operation Callback = new("call_back", "Where providers call back.")
    {
        Description = "No key opens it: it must be an address that was given out, and signed as Standard Webhooks has it.",
        Given =
        [
            Given.Path("provider", "The provider account.", "farm"), Given.Path("token", "What was given out with the submit.", "vg_..."),
            Given.Header("webhook-id", "The message's id."), Given.Header("webhook-timestamp", "When it was sent, seconds since 1970."), Given.Header("webhook-signature", "Its signatures."),
        ],
        Replies = [new(204, "Heard.")],
        Refusals = Samples.OfCallbacks,
    };
}
