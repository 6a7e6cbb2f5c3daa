using VideoGen.Webhooks;

namespace VideoGen.Gateway.Webhooks;

/// <summary>A webhook on the wire. Times are seconds since 1970.</summary>
/// <param name="Status"><c>enabled</c> or <c>disabled</c>.</param>
/// <param name="LastTrouble">Why the last try failed; null where it was heard, or where there was none.</param>
/// <param name="Secret">The client's secret, where it was made now; null elsewhere.</param>
internal sealed record WebhookBody(
    string Id,
    string Object,
    string Url,
    IReadOnlyList<string> Events,
    long CreatedAt,
    string Status,
    long? DisabledAt,
    string? DisabledBecause,
    long? LastAt,
    int? LastStatus,
    string? LastTrouble,
    long? HeardAt,
    long? FailingSince,
    string? Secret)
{
    public static WebhookBody Of(Webhook webhook, string? secret = null) => new(
        webhook.Id,
        "webhook",
        webhook.Url,
        webhook.Events,
        webhook.CreatedAt.ToUnixTimeSeconds(),
        webhook.Disabled is null ? "enabled" : "disabled",
        webhook.Disabled?.ToUnixTimeSeconds(),
        webhook.DisabledBecause,
        webhook.Last?.At.ToUnixTimeSeconds(),
        webhook.Last?.Status,
        webhook.Last?.Trouble,
        webhook.HeardAt?.ToUnixTimeSeconds(),
        webhook.FailingSince?.ToUnixTimeSeconds(),
        secret);
}

internal sealed record WebhookListBody(string Object, IReadOnlyList<WebhookBody> Data);

internal sealed record WebhookDeletedBody(string Id, string Object, bool Deleted);

/// <param name="EventId">What stood in <c>webhook-id</c>.</param>
/// <param name="Heard">Whether it was answered with a 2xx.</param>
/// <param name="Status">The HTTP status that came back; null where none did.</param>
/// <param name="Trouble">What went wrong; null where it was heard.</param>
internal sealed record WebhookPingBody(string Id, string Object, string EventId, bool Heard, int? Status, string? Trouble, long At);

/// <param name="Secret">It is shown this once.</param>
/// <param name="OldUntil">Until when the one before it signs along; null where there was none.</param>
internal sealed record WebhookSecretBody(string Object, string Secret, long? OldUntil);

/// <param name="Id">The video whose ending is told again.</param>
internal sealed record RedeliveryBody(string Id, string Object);
