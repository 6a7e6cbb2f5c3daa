using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Gateway;

/// <summary>What is refused of webhooks.</summary>
internal static partial class Problems
{
    /// <summary>Unknown and foreign ids: one answer, so that nobody learns which of them it is.</summary>
    public static Problem WebhookNotFound() => new(404, "webhook_not_found",
        "There is no webhook with this id. Ids look like wh_... and belong to the client that registered them; GET /v1/webhooks lists them.")
    {
        Param = "webhook_id",
    };

    public static Problem TooManyWebhooks(int most) => new(422, "too_many_webhooks", string.Create(CultureInfo.InvariantCulture,
        $"This client has {most} webhooks, which is the most. Delete one that is not needed, or send 'webhook_url' with single videos."))
    {
        Param = "url",
    };

    public static Problem TooManySecrets(int most, DateTimeOffset? until) => new(422, "too_many_secrets", string.Create(CultureInfo.InvariantCulture,
        $"{most} secrets of this client sign now, which is the most, and none was made. Wait until the oldest of them ends, or send 0 as 'keep_for', which ends all of them at once."))
    {
        Param = "keep_for",
        RetryAt = until,
    };

    public static Problem NotEnded(VideoView view) => new(422, "video_not_ended",
        $"The video is {view.Status.ToWire()}, so there is no ending to tell yet. It is told by itself when it ends.")
    {
        Param = "video_id",
    };

    public static Problem NobodyToTell() => new(422, "nobody_to_tell",
        "This client has no webhook, and no request for this video named a 'webhook_url'. Register one with POST /v1/webhooks, then ask for this again.")
    {
        Param = "video_id",
    };
}
