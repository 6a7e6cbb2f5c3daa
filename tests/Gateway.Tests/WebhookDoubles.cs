using System.Collections.Immutable;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Tests;

/// <summary>The webhooks of all clients, in memory.</summary>
internal sealed class MemoryWebhooks : IWebhookClients
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, OfClient> _clients = new(StringComparer.Ordinal);

    /// <summary>How often it was looked again.</summary>
    public int Looks { get; private set; }

    public bool HasWebhooks(string client) => _clients.TryGetValue(client, out var of) && of.Rows.Count > 0;

    public Task LookAgain(CancellationToken cancellationToken)
    {
        Looks++;
        return Task.CompletedTask;
    }

    public OfClient Of(string client) => _clients.TryGetValue(client, out var of) ? of : _clients[client] = new(client);

    internal sealed class OfClient(string client) : IWebhooksGrain
    {
        public List<Webhook> Rows { get; } = [];

        public List<TimeSpan> Rotations { get; } = [];

        /// <summary>What is wrong with every address; null where nothing is.</summary>
        public string? Wrong { get; set; }

        public SecretRotation Rotated { get; set; } = new("whsec_new", At, NextAt: null);

        public WebhookTry Tried { get; set; } = new(At, 200, Trouble: null);

        public Task<WebhookRegistration> Register(string url, ImmutableArray<string> events)
        {
            if (Wrong is { } wrong) return Task.FromResult<WebhookRegistration>(new WebhookRegistration.WrongAddress(wrong));
            if (Rows.Count == IWebhookBook.MaxPerClient) return Task.FromResult<WebhookRegistration>(new WebhookRegistration.Full(IWebhookBook.MaxPerClient));
            Rows.Add(new($"wh_{client}_{Rows.Count + 1}", url, events, At, Disabled: null, DisabledBecause: null, Last: null, HeardAt: null, FailingSince: null));
            return Task.FromResult<WebhookRegistration>(new WebhookRegistration.Registered(Rows[^1], Rows.Count == 1 ? "whsec_first" : null));
        }

        public Task<ImmutableArray<Webhook>> List() => Task.FromResult<ImmutableArray<Webhook>>([.. Rows]);

        public Task<Webhook?> Find(string id) => Task.FromResult(Rows.Find(row => row.Id == id));

        public Task<bool> Remove(string id) => Task.FromResult(Rows.RemoveAll(row => row.Id == id) > 0);

        public Task<Webhook?> Enable(string id)
        {
            var index = Rows.FindIndex(row => row.Id == id);
            if (index >= 0) Rows[index] = Rows[index] with { Disabled = null, DisabledBecause = null };
            return Task.FromResult(index < 0 ? null : Rows[index]);
        }

        public Task<WebhookPing?> Ping(string id) => Task.FromResult(Rows.Exists(row => row.Id == id) ? new WebhookPing("evt_ping_1", Tried) : null);

        public Task<SecretRotation> Rotate(TimeSpan keepFor)
        {
            Rotations.Add(keepFor);
            return Task.FromResult(Rotated);
        }
    }
}
