using Microsoft.Extensions.Options;
using VideoGen.Access;

namespace VideoGen.Storage.Access;

/// <summary>The clients of the database beside those of the configuration, which goes first and is changed in its own place alone.</summary>
public sealed class ClientBook(PostgresClientKeys stored, IOptions<ClientsOptions> configured) : IClientBook
{
    /// <inheritdoc/>
    public Task<StoredKey?> Create(NewKey key, string? plan, CancellationToken cancellationToken) => stored.Create(key, plan, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredKey>> Keys(string? client, int limit, CancellationToken cancellationToken) => await stored.List(client, limit, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<RotateAnswer> Rotate(string prefixOrId, string prefix, KeyHash hash, TimeSpan keepFor, CancellationToken cancellationToken) =>
        stored.Rotate(prefixOrId, prefix, hash, keepFor, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredKey?> Revoke(string prefixOrId, CancellationToken cancellationToken) => stored.Revoke(prefixOrId, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredClient>> Clients(CancellationToken cancellationToken)
    {
        var rows = await stored.Clients(name: null, cancellationToken).ConfigureAwait(false);
        var known = rows.Select(client => client.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. rows.Concat(configured.Value.ByName.Keys.Where(name => !known.Contains(name)).Select(name => new StoredClient(name, Plan: null, IsConfigured: true, CreatedAt: null, Keys: 0, LastUsedAt: null)))
                .Select(WithConfiguration).OrderBy(client => client.Name, StringComparer.Ordinal),
        ];
    }

    /// <inheritdoc/>
    public async Task<StoredClient?> SetPlan(string client, string plan, CancellationToken cancellationToken)
    {
        await stored.SetPlan(client, plan, cancellationToken).ConfigureAwait(false);
        return (await stored.Clients(client, cancellationToken).ConfigureAwait(false)).Select(WithConfiguration).SingleOrDefault();
    }

    private StoredClient WithConfiguration(StoredClient client) => configured.Value.ByName.TryGetValue(client.Name, out var said)
        ? client with { IsConfigured = true, Plan = said.Plan ?? client.Plan, Keys = client.Keys + (said.KeySha256 is null ? 0 : 1) }
        : client;
}
