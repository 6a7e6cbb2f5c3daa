using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using static VideoGen.Storage.DatabaseRows;

namespace VideoGen.Storage.Access;

/// <summary>Clients and keys in the database: what commands and operators change and what <see cref="ClientKeyRing"/> reads.</summary>
public sealed class PostgresClientKeys(NpgsqlDataSource database)
{
    private const string Columns =
        """
        select k.id, k.prefix, k.client, c.plan, k.created_at, k.last_used_at, k.revoked_at, k.scopes, k.name, k.expires_at, n.prefix, videogen.is_in_force(k)
        from videogen.client_keys k
        join videogen.clients c on c.name = k.client
        left join videogen.client_keys n on n.id = k.successor
        """;

    /// <inheritdoc cref="IClientBook.Create"/>
    /// <exception cref="NpgsqlException">The database did not answer: the key may be stored, and storing it again is safe.</exception>
    public async Task<StoredKey?> Create(NewKey key, string? plan, CancellationToken cancellationToken)
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
                Parameters = { Text(key.Client), Text(plan) },
            });
            batch.BatchCommands.Add(new(
                """
                insert into videogen.client_keys (client, prefix, hash, scopes, name)
                select $1, $2, $3, $4, $5 where (select count(*) from videogen.client_keys k where videogen.is_in_force(k)) < $6
                on conflict (hash) do nothing
                """)
            {
                Parameters = { Text(key.Client), Text(key.Prefix), Bytes(key.Hash), Words(key.Scopes), Text(key.Name), new NpgsqlParameter<int> { TypedValue = IClientBook.MaxKeys } },
            });
            batch.BatchCommands.Add(new($"{Columns} where k.hash = $1") { Parameters = { Bytes(key.Hash) } });
            return (await Read(batch, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        }
    }

    /// <inheritdoc cref="IClientBook.Keys"/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<List<StoredKey>> List(string? client, int limit, CancellationToken cancellationToken) => database.Rows(
        $"{Columns} where $1::text is null or k.client = $1 order by not videogen.is_in_force(k), k.client, k.id limit $2",
        [Text(client), new NpgsqlParameter<int> { TypedValue = limit }], KeyIn, cancellationToken);

    /// <inheritdoc cref="IClientBook.Revoke"/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<StoredKey?> Revoke(string prefixOrId, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            // A prefix begins with vg_, so no text is both.
            batch.BatchCommands.Add(new("update videogen.client_keys set revoked_at = now() where (prefix = $1 or id::text = $1) and revoked_at is null") { Parameters = { Text(prefixOrId) } });
            batch.BatchCommands.Add(new($"{Columns} where k.prefix = $1 or k.id::text = $1") { Parameters = { Text(prefixOrId) } });
            return (await Read(batch, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        }
    }

    /// <inheritdoc cref="IClientBook.Rotate"/>
    /// <exception cref="NpgsqlException">The database did not answer: it may be done, and doing it again is safe.</exception>
    public async Task<RotateAnswer> Rotate(string prefixOrId, string prefix, KeyHash hash, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        var batch = database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            // Of two at once the second waits for the first, and finds that the place is taken.
            batch.BatchCommands.Add(new(
                """
                with old as (
                  select k.id, k.client, k.scopes, k.name from videogen.client_keys k
                  where (k.prefix = $1 or k.id::text = $1) and k.successor is null and videogen.is_in_force(k)
                  for update
                ), made as (
                  insert into videogen.client_keys (client, prefix, hash, scopes, name)
                  select old.client, $2, $3, old.scopes, old.name from old
                  where (select count(*) from videogen.client_keys k where videogen.is_in_force(k)) < $5
                  on conflict (hash) do nothing
                  returning id
                )
                update videogen.client_keys k set successor = made.id, expires_at = now() + $4 from old, made where k.id = old.id
                """)
            {
                Parameters =
                {
                    Text(prefixOrId), Text(prefix), Bytes(hash), new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = keepFor }, new NpgsqlParameter<int> { TypedValue = IClientBook.MaxKeys },
                },
            });
            batch.BatchCommands.Add(new($"{Columns} where k.prefix = $1 or k.id::text = $1 or k.hash = $2") { Parameters = { Text(prefixOrId), Bytes(hash) } });
            var keys = await Read(batch, cancellationToken).ConfigureAwait(false);
            if (keys.Find(k => k.Prefix != prefix) is not { } old) return new RotateAnswer.Unknown();
            if (keys.Find(k => k.Prefix == prefix) is { } made && old.RotatedTo == prefix) return new RotateAnswer.Rotated(old, made);
            return old is { InForce: true, RotatedTo: null } ? new RotateAnswer.TooMany() : new RotateAnswer.NotInForce(old);
        }
    }

    /// <summary>The clients of the database, by name.</summary>
    /// <param name="name">One alone; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<List<StoredClient>> Clients(string? name, CancellationToken cancellationToken) => database.Rows(
        """
        select c.name, c.plan, c.created_at, count(k.id) filter (where videogen.is_in_force(k))::integer, max(k.last_used_at)
        from videogen.clients c left join videogen.client_keys k on k.client = c.name
        where $1::text is null or c.name = $1
        group by c.name order by c.name
        """,
        [Text(name)],
        row => new StoredClient(
            row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), IsConfigured: false, row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4)),
        cancellationToken);

    /// <summary>Gives a client a plan; an empty text is the default one. Nothing where there is no such client.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task SetPlan(string client, string plan, CancellationToken cancellationToken) => database.Rows(
        "update videogen.clients set plan = nullif($2, '') where name = $1 and plan is distinct from nullif($2, '') returning name", [Text(client), Text(plan)], row => row.GetString(0), cancellationToken);

    /// <summary>Everything that changed nothing since is not read again: null where the database is at the known version.</summary>
    internal async Task<StoredClients?> ReadIfChanged(long known, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(
            """
            select v.version, c.name, c.plan, k.id, k.hash, k.scopes, k.expires_at - now()
            from videogen.client_changes v
            left join videogen.clients c on true
            left join videogen.client_keys k on k.client = c.name and videogen.is_in_force(k)
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
                    read ??= new(rows.GetInt64(0), [], new(StringComparer.Ordinal), []);
                    if (rows.IsDBNull(1)) continue; // No client at all.
                    var client = rows.GetString(1);
                    read.Plans[client] = rows.IsDBNull(2) ? null : rows.GetString(2);
                    if (rows.IsDBNull(3)) continue;
                    var key = new KnownKey(rows.GetInt64(3), client, new(rows.GetFieldValue<byte[]>(4)), ScopesIn(rows, 5));
                    read.Keys.Add(key);
                    if (!rows.IsDBNull(6)) read.Ending.Add((key.Hash, rows.GetTimeSpan(6)));
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
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) keys.Add(KeyIn(rows));
            return keys;
        }
    }

    private static StoredKey KeyIn(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), TextIn(row, 3), row.GetFieldValue<DateTimeOffset>(4), MomentIn(row, 5), MomentIn(row, 6))
    {
        Scopes = ScopesIn(row, 7),
        Name = TextIn(row, 8),
        ExpiresAt = MomentIn(row, 9),
        RotatedTo = TextIn(row, 10),
        InForce = row.GetBoolean(11),
    };

    // A word that a newer program has written lets nobody do anything.
    private static KeyScopes ScopesIn(NpgsqlDataReader row, int column) =>
        KeyScopeWords.TryParse([.. row.GetFieldValue<string[]>(column).Intersect(KeyScopeWords.All, StringComparer.Ordinal)], out var scopes) ? scopes : KeyScopes.None;

    private static string? TextIn(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? MomentIn(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Words(KeyScopes scopes) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = scopes.Words().ToArray() };

    private static NpgsqlParameter Bytes(KeyHash hash) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = hash.Bytes.ToArray() };
}

/// <summary>What the database has at one version: the keys in force, every client with its plan, and how much longer keys are in force that end by themselves.</summary>
internal sealed record StoredClients(long Version, List<KnownKey> Keys, Dictionary<string, string?> Plans, List<(KeyHash Key, TimeSpan Left)> Ending);
