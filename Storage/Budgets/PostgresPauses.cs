using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using VideoGen.Budgets;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Storage.Budgets;

/// <summary>
/// Pauses in PostgreSQL. All in force are read once a second, for whoever may not wait; what decides about a payment is asked anew. While
/// the database is away what was known last stays known: nothing can be paid then.
/// </summary>
public sealed partial class PostgresPauses : BackgroundService, IPauses
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    private readonly PauseTable table;
    private readonly LastLook lastLook;
    private readonly ClockWatch clocks;
    private readonly DatabaseMemory? memory;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private volatile IReadOnlyList<Pause> known = [];
    private bool failing;

    /// <param name="database">The pool.</param>
    /// <param name="clocks">Hears the database's clock at each look.</param>
    /// <param name="time">When it is read again.</param>
    /// <param name="logger">Where it says that it cannot be read.</param>
    /// <param name="memory">What the host remembers of the database; none in a process that sends nothing.</param>
    public PostgresPauses(NpgsqlDataSource database, ClockWatch clocks, TimeProvider time, ILogger<PostgresPauses> logger, DatabaseMemory? memory = null)
    {
        table = new(database);
        lastLook = new(table, new(database), clocks, memory, time);
        this.clocks = clocks;
        this.memory = memory;
        this.time = time;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Pause> Known => lastLook.Own is { } own ? [own, .. known] : known;

    /// <summary>Reads them for the first time, so that a host knows them before it starts anything.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task Load(CancellationToken cancellationToken)
    {
        var before = clocks.Now;
        (var clock, known) = await table.Read(cancellationToken).ConfigureAwait(false);
        clocks.Compare(clock, before);
    }

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: do not send.</exception>
    public Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken) => lastLook.Pass(submit, limits, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken) => (await table.Read(cancellationToken).ConfigureAwait(false)).Pauses;

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
            if (memory is not null) await memory.TryAgain().ConfigureAwait(false); // While it cannot be written nothing is sent, so no submit would try.
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
