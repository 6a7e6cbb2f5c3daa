using System.Collections.Immutable;

namespace VideoGen.Webhooks;

/// <summary>The webhooks and secrets of all clients, in the database.</summary>
public interface IWebhookBook
{
    /// <summary>The most webhooks that a client may have.</summary>
    const int MaxPerClient = 10;

    /// <summary>The most secrets of a client that sign at a time: receivers that are changed one after another need more than two.</summary>
    const int MaxSecrets = 5;

    /// <summary>How long one is tried without a single success before it is disabled: 5 days, as the specification has it.</summary>
    static readonly TimeSpan FailsFor = TimeSpan.FromDays(5);

    /// <summary>Adds a webhook, and a secret where the client has none. Its address again is the same one with these events, and in use where it was disabled.</summary>
    /// <returns>It, and the secret where it was made now; null where the client has <see cref="MaxPerClient"/>.</returns>
    Task<(Webhook Webhook, string? Secret)?> Add(string client, string url, ImmutableArray<string> events, CancellationToken cancellationToken);

    /// <summary>All of a client's, oldest first.</summary>
    Task<ImmutableArray<Webhook>> List(string client, CancellationToken cancellationToken);

    Task<Webhook?> Find(string client, string id, CancellationToken cancellationToken);

    Task<bool> Remove(string client, string id, CancellationToken cancellationToken);

    /// <summary>Takes it into use again; how long it has failed counts anew.</summary>
    Task<Webhook?> Enable(string client, string id, CancellationToken cancellationToken);

    /// <summary>Makes a new secret, and ends the newest before it after <paramref name="keepFor"/>; zero ends all before it now, so it makes one however many sign.</summary>
    Task<SecretRotation> Rotate(string client, TimeSpan keepFor, CancellationToken cancellationToken);

    /// <summary>The secrets of a client that sign now, the newest first.</summary>
    Task<ImmutableArray<string>> Secrets(string client, CancellationToken cancellationToken);

    /// <summary>Writes down what came of a try. A 410 disables it, and so does a failure after <see cref="FailsFor"/> without a success.</summary>
    /// <param name="id">The webhook.</param>
    /// <param name="last">The try, heard where it has no trouble.</param>
    /// <param name="isGone">Whether it was answered with 410.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it is disabled, where this try disabled it; null elsewhere.</returns>
    Task<string?> Note(string id, WebhookTry last, bool isGone, CancellationToken cancellationToken);
}

/// <summary>Which clients have webhooks, read ahead into memory: an ask waits for no database.</summary>
public interface IWebhookClients
{
    /// <summary>Whether the client has any, in use or disabled, as it was a second ago or, where the database does not answer, when it last did.</summary>
    bool HasWebhooks(string client);

    /// <summary>Looks again, so that what was registered through this process is known here at once. Does not throw.</summary>
    Task LookAgain(CancellationToken cancellationToken);
}
