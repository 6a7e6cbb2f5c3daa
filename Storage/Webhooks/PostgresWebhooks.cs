using System.Collections.Immutable;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Webhooks;

namespace VideoGen.Storage.Webhooks;

/// <summary>Webhooks and their secrets in the database.</summary>
internal sealed class PostgresWebhooks(NpgsqlDataSource database) : IWebhookBook
{
    private const int IdLength = 22; // 131 bits: nobody guesses one, and nobody draws one twice.

    private const int SecretBytes = 32;

    private const string Columns = "id, url, events, created_at, disabled_at, disabled_because, last_at, last_status, last_trouble, heard_at, failing_since";

    /// <inheritdoc/>
    public Task<(Webhook Webhook, string? Secret)?> Add(string client, string url, ImmutableArray<string> events, CancellationToken cancellationToken) => Alone<(Webhook, string?)?>(
        async connection =>
        {
            var known = await connection.Rows(
                $"""
                update videogen.webhooks set events = $3, disabled_at = null, disabled_because = null, failing_since = case when disabled_at is null then failing_since end
                where client = $1 and url = $2 returning {Columns}
                """,
                [client, url, events.ToArray()],
                Read,
                cancellationToken).ConfigureAwait(false);
            if (known is [var same]) return (same, await FirstSecret(connection, client, cancellationToken).ConfigureAwait(false));
            var added = await connection.Rows(
                $"""
                insert into videogen.webhooks (id, client, url, events)
                select $1, $2, $3, $4 where (select count(*) from videogen.webhooks where client = $2) < {IWebhookBook.MaxPerClient}
                returning {Columns}
                """,
                ["wh_" + RandomNumberGenerator.GetString(ApiKey.Alphabet, IdLength), client, url, events.ToArray()],
                Read,
                cancellationToken).ConfigureAwait(false);
            return added is [var webhook] ? (webhook, await FirstSecret(connection, client, cancellationToken).ConfigureAwait(false)) : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ImmutableArray<Webhook>> List(string client, CancellationToken cancellationToken) =>
        [.. await database.Rows($"select {Columns} from videogen.webhooks where client = $1 order by created_at, id", [Text(client)], Read, cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc/>
    public async Task<Webhook?> Find(string client, string id, CancellationToken cancellationToken) =>
        (await database.Rows($"select {Columns} from videogen.webhooks where client = $1 and id = $2", [Text(client), Text(id)], Read, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc/>
    public async Task<bool> Remove(string client, string id, CancellationToken cancellationToken) =>
        (await database.Rows("delete from videogen.webhooks where client = $1 and id = $2 returning 1", [Text(client), Text(id)], row => row.GetInt32(0), cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <inheritdoc/>
    public async Task<Webhook?> Enable(string client, string id, CancellationToken cancellationToken) => (await database.Rows(
        $"update videogen.webhooks set disabled_at = null, disabled_because = null, failing_since = null where client = $1 and id = $2 returning {Columns}",
        [Text(client), Text(id)],
        Read,
        cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc/>
    public Task<SecretRotation> Rotate(string client, TimeSpan keepFor, CancellationToken cancellationToken) => Alone(
        async connection =>
        {
            var endsAll = keepFor == TimeSpan.Zero; // Whoever has lost one waits for nothing.
            var ends = await connection.Rows(
                "select ends_at from videogen.webhook_secrets where client = $1 and (ends_at is null or ends_at > now()) order by ends_at", [client], row => Moment(row, 0), cancellationToken).ConfigureAwait(false);
            if (!endsAll && ends.Count >= IWebhookBook.MaxSecrets) return new SecretRotation(Secret: null, OldUntil: null, NextAt: ends[0]);
            var old = await connection.Rows(
                "update videogen.webhook_secrets set ends_at = now() + $2 where client = $1 and (ends_at is null or ($3 and ends_at > now())) returning ends_at",
                [client, keepFor, endsAll],
                row => Moment(row, 0),
                cancellationToken).ConfigureAwait(false);
            return new SecretRotation(await FirstSecret(connection, client, cancellationToken).ConfigureAwait(false), old is [var until, ..] ? until : null, NextAt: null);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> Secrets(string client, CancellationToken cancellationToken) => [.. await database.Rows(
        "select secret from videogen.webhook_secrets where client = $1 and (ends_at is null or ends_at > now()) order by ends_at desc nulls first",
        [Text(client)],
        row => row.GetString(0),
        cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc/>
    public async Task<string?> Note(string id, WebhookTry last, bool isGone, CancellationToken cancellationToken) => (await database.Rows<string?>(
        "select videogen.note_webhook($1, $2, $3, $4, $5)",
        [
            Text(id),
            new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)last.Status ?? DBNull.Value },
            DatabaseRows.Text(last.Trouble),
            new NpgsqlParameter<bool> { TypedValue = isGone },
            new NpgsqlParameter<TimeSpan> { TypedValue = IWebhookBook.FailsFor },
        ],
        row => row.IsDBNull(0) ? null : row.GetString(0),
        cancellationToken).ConfigureAwait(false))[0];

    // Drawn here, shown by whoever asked for it, and to nobody again. Old ones that have ended are of no use to anybody.
    private static async Task<string?> FirstSecret(NpgsqlConnection connection, string client, CancellationToken cancellationToken)
    {
        await connection.Rows("delete from videogen.webhook_secrets where client = $1 and ends_at <= now() returning 1", [client], row => row.GetInt32(0), cancellationToken).ConfigureAwait(false);
        var made = await connection.Rows(
            "insert into videogen.webhook_secrets (client, secret) values ($1, $2) on conflict (client) where ends_at is null do nothing returning secret",
            [client, "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes))],
            row => row.GetString(0),
            cancellationToken).ConfigureAwait(false);
        return made.SingleOrDefault();
    }

    private async Task<T> Alone<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await connection.Rows($"select pg_advisory_xact_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Webhooks})", [], _ => 0, cancellationToken).ConfigureAwait(false);
                var result = await work(connection).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static DateTimeOffset? Moment(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Webhook Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        [.. row.GetFieldValue<string[]>(2)],
        row.GetFieldValue<DateTimeOffset>(3),
        Moment(row, 4),
        Text(row, 5),
        Moment(row, 6) is { } at ? new(at, row.IsDBNull(7) ? null : row.GetInt32(7), Text(row, 8)) : null,
        Moment(row, 9),
        Moment(row, 10));
}
