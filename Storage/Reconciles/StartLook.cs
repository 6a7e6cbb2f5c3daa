using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Reconciles;

/// <summary>
/// Before anything runs: whether the database is the one that this host remembers, and knows all that it knew. Where it may have forgotten
/// what was paid, nothing is paid until that is settled.
/// </summary>
internal sealed partial class StartLook(ReconcileTable table, DatabaseMemory memory, TimeProvider time, ILogger<StartLook> logger)
{
    /// <param name="mark">The database as it was before this host wrote anything: what a host writes at its start would hide how far back it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Npgsql.NpgsqlException">The database did not answer.</exception>
    internal async Task Look(DatabaseMark mark, CancellationToken cancellationToken)
    {
        var (remembered, doubt) = Remembered();
        if (doubt is null && remembered is null && await table.HasRequests(cancellationToken).ConfigureAwait(false) && !await table.OlderHostRuns(cancellationToken).ConfigureAwait(false))
        {
            doubt = "This host remembers nothing of the database, which is not empty: its data folder is new, or was lost.";
        }
        else if (doubt is null && remembered is not null)
        {
            var knowsLast = remembered.LastSubmit?.MustBeKnown(time.GetUtcNow()) is not { } nonce || await table.Knows(nonce, cancellationToken).ConfigureAwait(false);
            doubt = remembered.Doubt(mark, knowsLast);
        }

        if (doubt is not null) await table.Begin(doubt, cancellationToken).ConfigureAwait(false);
        await memory.Begin(mark with { LastSubmit = doubt is null ? remembered?.LastSubmit : null }).ConfigureAwait(false);
        if (await table.Last(cancellationToken).ConfigureAwait(false) is { Reconcile: { Ended: null } open }) LogReconcile(logger, open.Reason);
    }

    private (DatabaseMark? Remembered, string? Doubt) Remembered()
    {
        try
        {
            return (memory.Read(), null);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogNotRead(logger, memory.Path, e);
            return (null, "What this host remembers of the database cannot be read.");
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "The database may have forgotten what was paid, so nothing is paid until the sweep of the providers' lists or an operator has settled it (/api/admin/reconcile): {Reason}")]
    private static partial void LogReconcile(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Path} cannot be read")]
    private static partial void LogNotRead(ILogger logger, string path, Exception exception);
}
