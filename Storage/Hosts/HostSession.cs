using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace VideoGen.Storage.Hosts;

/// <summary>A session of PostgreSQL that may hold the host lock. The lock lives as long as the session, not longer.</summary>
internal sealed class HostSession : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly int backend;

    // A machine that lost its power closes no connection: the server would keep its lock for two hours.
    private const string SoonNoticed =
        "select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)";

    private HostSession(NpgsqlConnection connection, int backend)
    {
        this.connection = connection;
        this.backend = backend;
    }

    /// <summary>Opens a session and makes sure that it is one.</summary>
    /// <exception cref="HostLockException">A proxy in between shares sessions among connections, so a lock would belong to nobody.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<HostSession> Open(PostgresConnections connections, CancellationToken cancellationToken)
    {
        var opened = await connections.OpenOwn(cancellationToken).ConfigureAwait(false);
        try
        {
            var process = await EnsureNotShared(opened, connections, cancellationToken).ConfigureAwait(false);
            await Scalar(opened, SoonNoticed, cancellationToken).ConfigureAwait(false);
            return new(opened, process);
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="claim">Who else may run.</param>
    /// <param name="first">Whether the process has never held the lock, so that nothing of it can be among a cluster's silos.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<bool> TryTake(HostClaim claim, bool first, CancellationToken cancellationToken) => claim is HostClaim.Silo silo
        ? TryJoin(silo, first, cancellationToken)
        : True($"select pg_try_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Host})", cancellationToken);

    // What a session holds survives the transaction; that nobody else joins meanwhile does not.
    private async Task<bool> TryJoin(HostClaim.Silo silo, bool first, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await Scalar(connection, $"select pg_advisory_xact_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Joining})", cancellationToken).ConfigureAwait(false);
            if (!await True($"select pg_try_advisory_lock_shared({AdvisoryLocks.Space}, {AdvisoryLocks.Host})", cancellationToken).ConfigureAwait(false)) return false;
            if (await HolderInAnotherCluster(silo, cancellationToken).ConfigureAwait(false) is not null)
            {
                await Scalar(connection, $"select pg_advisory_unlock_shared({AdvisoryLocks.Space}, {AdvisoryLocks.Host})", cancellationToken).ConfigureAwait(false);
                return false;
            }

            if (first) await DeclareDead(silo, cancellationToken).ConfigureAwait(false);
            await Scalar(connection, $"select pg_advisory_lock_shared({AdvisoryLocks.Clusters}, {Number(silo)})", cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    // Where nobody else holds the lock, no silo lives that is listed as alive. Orleans would find out by asking each in vain, for minutes,
    // and no silo starts meanwhile: after a power failure, at other addresses than before, that would be all of them.
    private async Task DeclareDead(HostClaim.Silo silo, CancellationToken cancellationToken)
    {
        var alone = await True(
            $"""
            select to_regclass('videogen.cluster_members') is not null and not exists (
              select from pg_locks l where {AdvisoryLocks.Held(AdvisoryLocks.OfHost)} and l.pid <> pg_backend_pid())
            """, cancellationToken).ConfigureAwait(false);
        if (!alone) return;

        var command = new NpgsqlCommand(
            """
            with died as (
              update videogen.cluster_members set status = 6 where cluster_id = $1 and status <> 6 returning 1
            )
            update videogen.cluster_versions set version = version + 1, changed_at = now() where cluster_id = $1 and exists (select from died)
            """, connection)
        {
            Parameters = { new() { Value = silo.ClusterId } },
        };
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Throws unless the session still is the one that took the lock.</summary>
    public async Task Probe(CancellationToken cancellationToken)
    {
        var answered = (int)(await Scalar(connection, "select pg_backend_pid()", cancellationToken).ConfigureAwait(false))!;
        if (answered != backend) throw Shared();
    }

    /// <summary>Who holds the lock, for a person; null when nobody does any more.</summary>
    public Task<string?> Holder(CancellationToken cancellationToken) =>
        Holder(AdvisoryLocks.OfHost, cancellationToken);

    /// <summary>A silo of another cluster on this database, for a person; null where there is none.</summary>
    public Task<string?> HolderInAnotherCluster(HostClaim.Silo silo, CancellationToken cancellationToken) =>
        Holder($"l.classid = {AdvisoryLocks.Clusters} and l.objid <> {Number(silo)}", cancellationToken);

    private async Task<string?> Holder(string itsLock, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            $"""
            select a.application_name, a.client_addr::text, a.backend_start
            from pg_locks l
            join pg_stat_activity a using (pid)
            where {AdvisoryLocks.Held(itsLock)}
            order by a.backend_start
            limit 1
            """, connection);
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                if (!await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
                var address = await rows.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? "this machine" : rows.GetString(1);
                return string.Create(CultureInfo.InvariantCulture,
                    $"'{rows.GetString(0)}' from {address}, connected since {rows.GetDateTime(2):yyyy-MM-dd HH:mm:ss} UTC");
            }
        }
    }

    // A lock's name is a number; an oid, as which PostgreSQL lists it, has no sign.
    private static int Number(HostClaim.Silo silo) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{silo.ClusterId}/{silo.ServiceId}"))) & int.MaxValue;

    // The end of the session frees the lock; PostgreSQL does that itself, even when we die.
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // Two open connections are two sessions, and each stays what it is. A proxy that pools transactions breaks one of the two,
    // whichever session it hands out next: to see it, the second connection keeps its session busy with an open transaction.
    private static async Task<int> EnsureNotShared(NpgsqlConnection first, PostgresConnections connections, CancellationToken cancellationToken)
    {
        var mark = RandomNumberGenerator.GetHexString(16);
        await Scalar(first, $"select set_config('videogen.session', '{mark}', false)", cancellationToken).ConfigureAwait(false);
        var before = (int)(await Scalar(first, "select pg_backend_pid()", cancellationToken).ConfigureAwait(false))!;

        var second = await connections.OpenOwn(cancellationToken).ConfigureAwait(false);
        await using (second.ConfigureAwait(false))
        {
            var transaction = await second.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var other = (int)(await Scalar(second, "select pg_backend_pid()", cancellationToken).ConfigureAwait(false))!;
                if (other == before) throw Shared();
                var after = (int)(await Scalar(first, "select pg_backend_pid()", cancellationToken).ConfigureAwait(false))!;
                var kept = await Scalar(first, "select current_setting('videogen.session', true)", cancellationToken).ConfigureAwait(false) as string;
                if (after != before || kept != mark) throw Shared();
            }
        }

        return before;
    }

    private static HostLockException Shared() => new(
        "The database is reached through a proxy that pools transactions (PgBouncer with pool_mode=transaction or statement, or one like it), " +
        "so a lock of this process would belong to nobody. Connect to PostgreSQL itself, or set pool_mode=session.");

    private async Task<bool> True(string sql, CancellationToken cancellationToken) =>
        (bool)(await Scalar(connection, sql, cancellationToken).ConfigureAwait(false))!;

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
