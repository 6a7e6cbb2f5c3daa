using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using VideoGen.Gateway.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of webhooks.</summary>
internal static class WebhookOperations
{
    private static readonly Given Id = Given.Path("id", "The webhook's id.", "wh_4fQ8vT2nK7bXcY1mZs0RpL");

    private static readonly IReadOnlyList<Problem> OfNoBody = [.. Samples.OfJson.Where(problem => problem.Param is null || problem.Code == Samples.Unknown.Code), Samples.JsonAlone];

    public static readonly Operation Register = new("create_webhook", "Registers an address that is told how the client's videos end.")
    {
        Description = "Messages are those of Standard Webhooks, in the shape of OpenAI's events: its clients' webhooks.unwrap checks and reads them. The same address again is the same webhook, enabled if it was disabled. "
            + "It is told of videos that are asked for from then on, within a second through every process; redeliver_video tells it the endings of earlier ones. "
            + "What is not answered with a 2xx within 15 s is told again for three days; a 410 disables it.",
        Body = new(typeof(NewWebhookDocument), """{"url":"https://example.com/videos","events":["video.completed","video.failed"]}"""),
        Replies = [new(200, "The webhook. Where the client had no secret, it has one from now on, and this answer shows it once.", typeof(WebhookBody))],
        Refusals = [.. Samples.OfJson, Samples.WrongType, Samples.JsonAlone, Samples.TooManyWebhooks],
    };

    public static readonly Operation List = new("list_webhooks", "The client's webhooks, and what came of the last try at each.") { Replies = [new(200, "All of them.", typeof(WebhookListBody))] };

    public static readonly Operation Get = new("get_webhook", "One webhook, and what came of the last try.") { Given = [Id], Replies = [new(200, "The webhook.", typeof(WebhookBody))], Refusals = [Samples.NoSuchWebhook] };

    public static readonly Operation Delete = new("delete_webhook", "Removes a webhook. What is still owed to it is not told any more.")
    {
        Given = [Id],
        Replies = [new(200, "It is gone.", typeof(WebhookDeletedBody))],
        Refusals = [Samples.NoSuchWebhook],
    };

    public static readonly Operation Enable = new("enable_webhook", "Takes a webhook into use again that was disabled.")
    {
        Given = [Id],
        Replies = [new(200, "The webhook.", typeof(WebhookBody))],
        Refusals = [Samples.NoSuchWebhook, .. OfNoBody],
    };

    public static readonly Operation Ping = new("ping_webhook", "Sends a webhook a ping now, and waits for what comes back.")
    {
        Description = "One that is heard counts as a success, which ends how long the webhook has failed. One that is not counts for nothing. A disabled one stays disabled.",
        Given = [Id],
        Replies = [new(200, "What came back within 15 s.", typeof(WebhookPingBody))],
        Refusals = [Samples.NoSuchWebhook, .. OfNoBody],
    };

    public static readonly Operation Rotate = new("rotate_webhook_secret", "Makes a new secret, and shows it this once.")
    {
        Description = "What is sent is signed with the old one, too, for as long as is said. Five sign at most. 0 as keep_for ends all older ones at once, and is never refused: send that where one has leaked.",
        Body = new(typeof(SecretDocument), """{"keep_for":86400}""") { IsRequired = false },
        Replies = [new(200, "The new secret.", typeof(WebhookSecretBody))],
        Refusals = [.. Samples.OfJson, Samples.JsonAlone, Samples.TooManySecrets],
    };

    public static readonly Operation Redeliver = new("redeliver_video", "Tells the ending of a video again, to all, under the same webhook-id.")
    {
        Given = [Given.Path("id", "The video's id, as the ask was answered.", "video_v-..._1")],
        Replies = [new(Problems.GoesOn, "It is told from now on.", typeof(RedeliveryBody))],
        Refusals = [Samples.NotFound, Samples.NotEnded, Samples.NobodyToTell, .. OfNoBody],
    };
}

#pragma warning disable CA1812 // Made by nobody: the document is made from them.

/// <summary>A webhook that is to be registered.</summary>
internal sealed record NewWebhookDocument
{
    [Description("An https address, of a public host.")]
    [StringLength(2_000, MinimumLength = 1)]
    public required string Url { get; init; }

    [Description("What it is told of: some of video.completed and video.failed. Default: both.")]
    [MinLength(1)]
    public IReadOnlyList<string> Events { get; init; } = [];
}

/// <summary>For how long an old secret signs along.</summary>
internal sealed record SecretDocument
{
    [Description("Seconds; 0 ends all older secrets at once. Default: 86400, a day.")]
    [Range(0, 604_800)]
    public int KeepFor { get; init; }
}
#pragma warning restore CA1812
