using VideoGen.Access;

namespace VideoGen.Gateway.Tests;

/// <summary>Clients and keys in memory. The time is that of the tests' videos, and nothing expires by itself.</summary>
internal sealed class MemoryClients : IClientBook
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock guard = new();
    private readonly Dictionary<long, KeyHash> hashes = [];

    public List<StoredKey> Stored { get; } = [];

    public Dictionary<string, string?> Plans { get; } = new(StringComparer.Ordinal);

    /// <summary>Clients by configuration.</summary>
    public HashSet<string> Configured { get; } = new(StringComparer.Ordinal);

    /// <summary>How many keys may be in force.</summary>
    public int Most { get; set; } = 10;

    public Task<StoredKey?> Create(NewKey key, string? plan, CancellationToken cancellationToken)
    {
        lock (guard)
        {
            if (Stored.Count(k => k.InForce) >= Most) return Task.FromResult<StoredKey?>(null);
            Plans[key.Client] = plan is null ? Plans.GetValueOrDefault(key.Client) : plan.Length == 0 ? null : plan;
            var stored = new StoredKey(Stored.Count + 1, key.Prefix, key.Client, Plans[key.Client], At, null, null) { Scopes = key.Scopes, Name = key.Name };
            Stored.Add(stored);
            hashes[stored.Id] = key.Hash;
            return Task.FromResult<StoredKey?>(stored);
        }
    }

    public KeyHash HashOf(long id) => hashes[id];

    public Task<IReadOnlyList<StoredKey>> Keys(string? client, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoredKey>>([.. Stored.Where(k => client is null || k.Client == client).OrderByDescending(k => k.InForce).Take(limit)]);

    public async Task<RotateAnswer> Rotate(string prefixOrId, string prefix, KeyHash hash, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        if (Find(prefixOrId) is not { } old) return new RotateAnswer.Unknown();
        if (old is not { InForce: true, RotatedTo: null }) return new RotateAnswer.NotInForce(old);
        if (await Create(new(old.Client, prefix, hash, old.Scopes, old.Name), null, cancellationToken) is not { } made) return new RotateAnswer.TooMany();
        return new RotateAnswer.Rotated(Put(old with { RotatedTo = prefix, ExpiresAt = At + keepFor, InForce = keepFor > TimeSpan.Zero }), made);
    }

    public Task<StoredKey?> Revoke(string prefixOrId, CancellationToken cancellationToken) =>
        Task.FromResult(Find(prefixOrId) is { } key ? Put(key with { RevokedAt = key.RevokedAt ?? At, InForce = false }) : null);

    public Task<IReadOnlyList<StoredClient>> Clients(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredClient>>(
        [.. Plans.Keys.Union(Configured).Order(StringComparer.Ordinal).Select(Client)]);

    public Task<StoredClient?> SetPlan(string client, string plan, CancellationToken cancellationToken)
    {
        if (!Plans.ContainsKey(client)) return Task.FromResult<StoredClient?>(null);
        Plans[client] = plan.Length == 0 ? null : plan;
        return Task.FromResult<StoredClient?>(Client(client));
    }

    private StoredClient Client(string name) => new(
        name, Plans.GetValueOrDefault(name), Configured.Contains(name), Plans.ContainsKey(name) ? At : null, Stored.Count(k => k.Client == name && k.InForce), LastUsedAt: null);

    private StoredKey? Find(string prefixOrId) => Stored.Find(k => k.Prefix == prefixOrId || $"{k.Id}" == prefixOrId);

    private StoredKey Put(StoredKey key) => Stored[(int)key.Id - 1] = key;
}
