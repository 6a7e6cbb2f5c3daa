using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using VideoGen.Budgets;

namespace VideoGen.Storage.Budgets;

/// <summary>
/// Pauses in PostgreSQL. All in force are read once a second, for whoever may not wait; what decides about a payment is asked anew. While
/// the database is away what was known last stays known: nothing can be paid then.
/// </summary>
public sealed partial class PostgresPauses(NpgsqlDataSource database, TimeProvider time, ILogger<PostgresPauses> logger) : BackgroundService, IPauses
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    private readonly PauseTable table = new(database);
    private volatile IReadOnlyList<Pause> known = [];
    private bool failing;

    /// <inheritdoc/>
    public IReadOnlyList<Pause> Known => known;

    /// <summary>Reads them for the first time, so that a host knows them before it starts anything.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task Load(CancellationToken cancellationToken) => known = await table.Read(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: do not send.</exception>
    public Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken) => table.Pass(submit, limits, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken) => await table.Read(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: it may be in force, and putting it in force again is safe.</exception>
    public Task Set(Pause pause, CancellationToken cancellationToken) => table.Set(pause, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: they may be lifted, and lifting them again is safe.</exception>
    public async Task<IReadOnlyList<Pause>> Lift(string scope, CancellationToken cancellationToken) => await table.Lift(scope, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await TryLoad(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TryLoad(CancellationToken stoppingToken)
    {
        try
        {
            await Load(stoppingToken).ConfigureAwait(false);
            if (failing) LogReadAgain(logger);
            failing = false;
        }
#pragma warning disable CA1031 // Whatever it was: the next second tries again, and the last look before a payment does not rely on it.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Once for an outage, not once a second.
            if (!failing) LogNotRead(logger, e);
            failing = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pauses could not be read; those that were known last are kept")]
    private static partial void LogNotRead(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The pauses are read again")]
    private static partial void LogReadAgain(ILogger logger);
}
