using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using VideoGen.Webhooks;

namespace VideoGen.Storage.Webhooks;

/// <summary>Which clients have webhooks, in memory: read again every second where that has changed.</summary>
public sealed partial class WebhookRing(NpgsqlDataSource database, TimeProvider time, ILogger<WebhookRing> logger) : BackgroundService, IWebhookClients
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1);
    private volatile Known last = new(0, new HashSet<string>(StringComparer.Ordinal));
    private bool failing;

    /// <inheritdoc/>
    public bool HasWebhooks(string client) => last.Clients.Contains(client);

    /// <summary>Reads them for the first time.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task Load(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Nothing that changed since is read: no row where the database is at the known version.
            var rows = await database.Rows(
                "select v.version, c.client from videogen.webhook_changes v left join (select distinct client from videogen.webhooks) c on true where v.version <> $1",
                [new NpgsqlParameter<long> { TypedValue = last.Version }],
                row => (Version: row.GetInt64(0), Client: row.IsDBNull(1) ? null : row.GetString(1)),
                cancellationToken).ConfigureAwait(false);
            if (rows.Count > 0) last = new(rows[0].Version, rows.Select(row => row.Client).OfType<string>().ToHashSet(StringComparer.Ordinal));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task LookAgain(CancellationToken cancellationToken)
    {
        try
        {
            await Load(cancellationToken).ConfigureAwait(false);
            if (failing) LogReadAgain(logger);
            failing = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
#pragma warning disable CA1031 // Whatever it was: what is known stays as it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!failing) LogNotRead(logger, e); // Once for an outage, not once a second.
            failing = true;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await LookAgain(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private sealed record Known(long Version, HashSet<string> Clients);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Who has webhooks could not be read; what was known last holds")]
    private static partial void LogNotRead(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Who has webhooks is read again")]
    private static partial void LogReadAgain(ILogger logger);
}
