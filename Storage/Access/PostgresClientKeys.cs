using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;

namespace VideoGen.Storage.Access;

/// <summary>Clients and keys in the database: what the commands change and what <see cref="ClientKeyRing"/> reads.</summary>
public sealed class PostgresClientKeys(NpgsqlDataSource database)
{
    /// <summary>The most keys that may be in force: every host has all of them in memory.</summary>
    public const int MaxKeys = 10_000;

    private const string Columns = "k.id, k.prefix, k.client, c.plan, k.created_at, k.last_used_at, k.revoked_at";

    /// <summary>Stores a new key, and its client where it has none yet. The same key again is the same one, as it was.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="plan">The plan that the client gets; null leaves it as it is, an empty text is the default plan.</param>
    /// <param name="prefix">The key's prefix.</param>
    /// <param name="hash">The key's hash.</param>
    /// <param name="cancellationToken">Ends the wait; the key may be stored then.</param>
    /// <returns>The key; null where <see cref="MaxKeys"/> are in force.</returns>
    /// <exception cref="NpgsqlException">The database did not answer: the key may be stored, and storing it again is safe.</exception>
    public async Task<StoredKey?> Create(string client, string? plan, string prefix, KeyHash hash, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch(); // One transaction.
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new(
                """
                insert into videogen.clients as c (name, plan) values ($1, nullif($2, ''))
                on conflict (name) do update set plan = excluded.plan where $2 is not null and c.plan is distinct from excluded.plan
                """)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = client }, Text(plan) },
            });
            batch.BatchCommands.Add(new(
                """
                insert into videogen.client_keys (client, prefix, hash)
                select $1, $2, $3 where (select count(*) from videogen.client_keys where revoked_at is null) < $4
                on conflict (hash) do nothing
                """)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = client }, new NpgsqlParameter<string> { TypedValue = prefix },
                    Bytes(hash), new NpgsqlParameter<int> { TypedValue = MaxKeys },
                },
            });
            batch.BatchCommands.Add(new($"select {Columns} from videogen.client_keys k join videogen.clients c on c.name = k.client where k.hash = $1")
            {
                Parameters = { Bytes(hash) },
            });
            return (await Read(batch, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        }
    }

    /// <summary>All keys, those in force first, each part by client and age.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<StoredKey>> List(CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new(
                $"select {Columns} from videogen.client_keys k join videogen.clients c on c.name = k.client order by k.revoked_at is not null, k.client, k.id"));
            return await Read(batch, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a key out of force, for ever. One that is revoked stays as it was.</summary>
    /// <param name="prefixOrId">Its prefix or its number.</param>
    /// <param name="cancellationToken">Ends the wait; the key may be revoked then.</param>
    /// <returns>The key; null where there is none.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<StoredKey?> Revoke(string prefixOrId, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            // A prefix begins with vg_, so no text is both.
            batch.BatchCommands.Add(new("update videogen.client_keys set revoked_at = now() where (prefix = $1 or id::text = $1) and revoked_at is null")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = prefixOrId } },
            });
            batch.BatchCommands.Add(new(
                $"select {Columns} from videogen.client_keys k join videogen.clients c on c.name = k.client where k.prefix = $1 or k.id::text = $1")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = prefixOrId } },
            });
            return (await Read(batch, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        }
    }

    /// <summary>Everything that changed nothing since is not read again: null where the database is at the known version.</summary>
    internal async Task<StoredClients?> ReadIfChanged(long known, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(
            """
            select v.version, c.name, c.plan, k.id, k.hash
            from videogen.client_changes v
            left join videogen.clients c on true
            left join videogen.client_keys k on k.client = c.name and k.revoked_at is null
            where v.version <> $1
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known });
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                StoredClients? read = null;
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    read ??= new(rows.GetInt64(0), [], new(StringComparer.Ordinal));
                    if (rows.IsDBNull(1)) continue; // No client at all.
                    var client = rows.GetString(1);
                    read.Plans[client] = rows.IsDBNull(2) ? null : rows.GetString(2);
                    if (!rows.IsDBNull(3)) read.Keys.Add(new(rows.GetInt64(3), client, new(rows.GetFieldValue<byte[]>(4))));
                }

                return read;
            }
        }
    }

    /// <summary>Writes down that keys were used. Of two hosts the later time stays.</summary>
    internal async Task WriteUsed(IReadOnlyCollection<KeyValuePair<long, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(
            """
            update videogen.client_keys k set last_used_at = u.at
            from unnest($1, $2) as u (id, at)
            where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = uses.Select(u => u.Key).ToArray() });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Value = uses.Select(u => u.Value.UtcDateTime).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<List<StoredKey>> Read(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (rows.ConfigureAwait(false))
        {
            var keys = new List<StoredKey>();
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                keys.Add(new(
                    rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3), rows.GetFieldValue<DateTimeOffset>(4),
                    rows.IsDBNull(5) ? null : rows.GetFieldValue<DateTimeOffset>(5), rows.IsDBNull(6) ? null : rows.GetFieldValue<DateTimeOffset>(6)));
            }

            return keys;
        }
    }

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = value ?? (object)DBNull.Value };

    private static NpgsqlParameter Bytes(KeyHash hash) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = hash.Bytes.ToArray() };
}

/// <summary>A key as people see it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Prefix">Its first characters.</param>
/// <param name="Client">Whose it is.</param>
/// <param name="Plan">That client's plan; null for the default one.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null where it never was.</param>
/// <param name="RevokedAt">When it was revoked; null while it is in force.</param>
public sealed record StoredKey(
    long Id, string Prefix, string Client, string? Plan, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>What the database has at one version: the keys in force, and every client with its plan.</summary>
internal sealed record StoredClients(long Version, List<KnownKey> Keys, Dictionary<string, string?> Plans);
