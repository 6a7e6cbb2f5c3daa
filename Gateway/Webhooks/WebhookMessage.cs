using VideoGen.Gateway.Videos;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Webhooks;

/// <summary>What a client's webhooks are posted where a video has ended, in the shape of OpenAI's events. Times are seconds since 1970.</summary>
/// <param name="Id">The same whenever this ending is told, and <c>webhook-id</c>.</param>
/// <param name="Type">One of <see cref="WebhookEvents.All"/>.</param>
internal sealed record VideoEventBody(string Id, string Object, long CreatedAt, string Type, EndedVideoBody Data)
{
    public static VideoEventBody Of(string id, DateTimeOffset at, string type, VideoView video) => new(id, "event", at.ToUnixTimeSeconds(), type, EndedVideoBody.Of(video));
}

/// <summary>An ended video as its client's webhooks hear of it: as on the door, and without its prompt.</summary>
internal sealed record EndedVideoBody(
    string Id, string Object, string Model, string Status, int Progress, long CreatedAt, long? CompletedAt, string Size, string Seconds, string? RemixedFromVideoId, ErrorBody? Error, string? Charged)
{
    public static EndedVideoBody Of(VideoView view)
    {
        var video = VideoBody.Of(view);
        return new(
            video.Id, video.Object, video.Model, video.Status, video.Progress, video.CreatedAt, video.CompletedAt, video.Size, video.Seconds, video.RemixedFromVideoId, video.Error, video.Charged);
    }
}

/// <summary>What one webhook is posted by a ping.</summary>
internal sealed record PingEventBody(string Id, string Object, long CreatedAt, string Type, PingedWebhookBody Data)
{
    public static PingEventBody Of(string id, DateTimeOffset at, string webhook) => new(id, "event", at.ToUnixTimeSeconds(), WebhookEvents.Ping, new(webhook, "webhook"));
}

internal sealed record PingedWebhookBody(string Id, string Object);
