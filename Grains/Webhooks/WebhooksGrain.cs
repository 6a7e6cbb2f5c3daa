using System.Collections.Immutable;
using VideoGen.Webhooks;

namespace VideoGen.Grains.Webhooks;

/// <summary>The shell around the table of webhooks and the way to them.</summary>
[GrainType(GrainNames.Webhooks)]
internal sealed class WebhooksGrain(IWebhookBook book, IClientNews news) : Grain, IWebhooksGrain
{
    private string Client => WebhooksKey.ClientOf(this.GetPrimaryKeyString());

    public async Task<WebhookRegistration> Register(string url, ImmutableArray<string> events)
    {
        if (news.WrongWith(url) is { } wrong) return new WebhookRegistration.WrongAddress(wrong);
        return await book.Add(Client, url, events, CancellationToken.None) is var (webhook, secret)
            ? new WebhookRegistration.Registered(webhook, secret)
            : new WebhookRegistration.Full(IWebhookBook.MaxPerClient);
    }

    public Task<ImmutableArray<Webhook>> List() => book.List(Client, CancellationToken.None);

    public Task<Webhook?> Find(string id) => book.Find(Client, id, CancellationToken.None);

    public Task<bool> Remove(string id) => book.Remove(Client, id, CancellationToken.None);

    public Task<Webhook?> Enable(string id) => book.Enable(Client, id, CancellationToken.None);

    public async Task<WebhookPing?> Ping(string id) =>
        await book.Find(Client, id, CancellationToken.None) is { } webhook ? await news.Ping(Client, webhook, CancellationToken.None) : null;

    public Task<SecretRotation> Rotate(TimeSpan keepFor) => book.Rotate(Client, keepFor, CancellationToken.None);
}
