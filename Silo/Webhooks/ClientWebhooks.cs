using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoGen.Gateway;
using VideoGen.Gateway.Webhooks;
using VideoGen.Grains.Requests;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Silo.Webhooks;

/// <summary>
/// Tells clients how their videos ended, as Standard Webhooks 1.0.0 has it (<see cref="StandardWebhook"/>), with a body of the shape that OpenAI's
/// events have, so that <c>webhooks.unwrap</c> of its clients takes it. Each call is one try.
/// </summary>
internal sealed partial class ClientWebhooks(IWebhookBook book, WebhookPost post, IOptions<WebhooksOptions> options, TimeProvider time, ILogger<ClientWebhooks> logger) : IClientNews
{
    private const int Gone = 410;

    public async Task<ImmutableArray<string>> Hearers(string client, string type, CancellationToken cancellationToken) =>
        [.. (await book.List(client, cancellationToken).ConfigureAwait(false)).Where(webhook => webhook.Disabled is null && webhook.Events.Contains(type)).Select(webhook => webhook.Id)];

    public async Task<NewsReply> Tell(ClientNews news, string to, CancellationToken cancellationToken)
    {
        var client = news.Owner.Client;
        var registered = WebhookId(to) ? await book.Find(client, to, cancellationToken).ConfigureAwait(false) : null;
        if (WebhookId(to) && registered is not { Disabled: null }) return new NewsReply.Gone();
        var secrets = await book.Secrets(client, cancellationToken).ConfigureAwait(false);
        if (secrets.IsEmpty) return Again("The client has no secret to sign with.");

        var tried = await post.Send(registered?.Url ?? to, news.EventId, BodyOf(news), secrets, cancellationToken).ConfigureAwait(false);
        if (registered is not null) await Note(client, registered, tried, cancellationToken).ConfigureAwait(false);
        return tried switch
        {
            { Trouble: null } => new NewsReply.Heard(),
            { Status: Gone } => new NewsReply.Gone(),
            { Trouble: { } trouble } => Again(trouble),
        };
    }

    public async Task<Refusal?> MayTell(string client, string url, CancellationToken cancellationToken)
    {
        if (WrongWith(url) is { } wrong) return new(Codes.WebhookUrlRefused, $"'webhook_url' {wrong}");
        return (await book.Secrets(client, cancellationToken).ConfigureAwait(false)).IsEmpty
            ? new(Codes.WebhookSecretMissing, "What is sent to 'webhook_url' is signed, and this client has no secret yet. POST /v1/webhooks/secret/rotate makes one and shows it once.")
            : null;
    }

    public string? WrongWith(string url) => WebhookAddress.WrongWith(url, options.Value.PrivateAddresses);

    public async Task<WebhookPing> Ping(string client, Webhook webhook, CancellationToken cancellationToken)
    {
        var id = $"evt_ping_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        var secrets = await book.Secrets(client, cancellationToken).ConfigureAwait(false);
        var body = JsonSerializer.SerializeToUtf8Bytes(PingEventBody.Of(id, time.GetUtcNow(), webhook.Id), WireJson.Options);
        var tried = await post.Send(webhook.Url, id, body, secrets, cancellationToken).ConfigureAwait(false);
        if (tried.Trouble is null) await Note(client, webhook, tried, cancellationToken).ConfigureAwait(false); // It hears again. Else it is no ending that was missed.
        return new(id, tried);
    }

    // What came of it is on the page of the webhook. The answer counts whether that could be written or not.
    private async Task Note(string client, Webhook webhook, WebhookTry tried, CancellationToken cancellationToken)
    {
        try
        {
            if (await book.Note(webhook.Id, tried, tried.Status == Gone, cancellationToken).ConfigureAwait(false) is { } because) LogDisabled(client, webhook.Id, because);
        }
#pragma warning disable CA1031 // Whatever it was.
        catch (Exception e) when (tried.Status != Gone)
#pragma warning restore CA1031
        {
            LogNotNoted(webhook.Id, e);
        }
    }

    private static bool WebhookId(string to) => to.StartsWith("wh_", StringComparison.Ordinal);

    private static NewsReply.Trouble Again(string why) => new(new Failure(FailureKind.Unavailable, why));

    private static byte[] BodyOf(ClientNews news) => JsonSerializer.SerializeToUtf8Bytes(VideoEventBody.Of(news.EventId, news.At, news.Type, news.Video), WireJson.Options);

    [LoggerMessage(Level = LogLevel.Warning, Message = "WebhookDisabled: {Id} of client {Client} is told nothing any more. {Because}", EventName = "WebhookDisabled")]
    private partial void LogDisabled(string client, string id, string because);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What came of a try to tell webhook {Id} could not be written down")]
    private partial void LogNotNoted(string id, Exception exception);
}
