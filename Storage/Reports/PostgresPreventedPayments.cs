using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;

namespace VideoGen.Storage.Reports;

/// <summary>
/// Counts in memory and writes once a second, and a last time when the host stops. A database that is away costs nothing:
/// the counts wait, and an answer that was lost is asked for again without counting twice. A crash loses up to a second.
/// </summary>
public sealed partial class PostgresPreventedPayments(
    NpgsqlDataSource database, TimeProvider time, ILogger<PostgresPreventedPayments> logger) : BackgroundService, IPreventedPayments
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    /// <summary>The most batches that one <see cref="Flush"/> writes: one whose answer was lost, and what was counted since.</summary>
    private const int MaxBatches = 2;

    private readonly PreventedCounts counts = new();
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly string writer = Guid.NewGuid().ToString("N"); // This process's own: numbers of batches start anew with it.
    private bool failing;

    /// <inheritdoc/>
    public void Count(Owner owner, string model, PreventedKind kind, decimal usd) =>
        counts.Add(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), owner, model, kind, usd);

    /// <summary>Writes what was counted so far, so that whoever reads next sees it.</summary>
    /// <exception cref="NpgsqlException">The database did not answer; the counts are kept.</exception>
    public async Task Flush(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var i = 0; i < MaxBatches && counts.TryClose(out var batch); i++)
            {
                await Write(batch, cancellationToken).ConfigureAwait(false);
                counts.Written(batch);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Forgets processes that are gone since a week: none of their batches can come any more.</summary>
    internal async Task ForgetOldWriters(CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("delete from videogen.prevented_batches where written_at < now() - interval '7 days'");
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryFlush(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        writing.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FlushEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await TryFlush(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the last flush is in StopAsync, where a new token bounds it.
        }
    }

    private async Task TryFlush(CancellationToken cancellationToken)
    {
        try
        {
            await Flush(cancellationToken).ConfigureAwait(false);
            if (failing) LogFlushedAgain(logger);
            failing = false;
        }
        catch (Exception e) when (e is NpgsqlException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // Once for an outage, not once a second.
            if (!failing) LogNotFlushed(logger, e);
            failing = true;
        }
    }

    internal async Task Write(PreventedBatch batch, CancellationToken cancellationToken)
    {
        var sums = batch.Sums.ToArray();
        var command = database.CreateCommand("select videogen.add_prevented($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = writer });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.Sequence });
            command.Parameters.Add(Array(NpgsqlDbType.Date, sums, s => s.Key.Day));
            command.Parameters.Add(Array(NpgsqlDbType.Text, sums, s => s.Key.Client));
            command.Parameters.Add(Array(NpgsqlDbType.Text, sums, s => s.Key.User));
            command.Parameters.Add(Array(NpgsqlDbType.Text, sums, s => s.Key.Model));
            command.Parameters.Add(Array(NpgsqlDbType.Text, sums, s => Word(s.Key.Kind)));
            command.Parameters.Add(Array(NpgsqlDbType.Bigint, sums, s => s.Value.Count));
            command.Parameters.Add(Array(NpgsqlDbType.Numeric, sums, s => s.Value.Usd));
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static NpgsqlParameter Array<T>(
        NpgsqlDbType type, KeyValuePair<PreventedKey, PreventedSum>[] sums, Func<KeyValuePair<PreventedKey, PreventedSum>, T> column) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = System.Array.ConvertAll(sums, s => column(s)) };

    private static string Word(PreventedKind kind) => kind switch
    {
        PreventedKind.Joined => "joined",
        PreventedKind.Replayed => "replayed",
        PreventedKind.BlockedRun => "blocked_run",
        PreventedKind.RefusedRetry => "refused_retry",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
