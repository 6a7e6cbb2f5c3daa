namespace VideoGen.Budgets;

/// <summary>
/// Whether the database may have forgotten what was paid, because it was restored from a backup, moved, or is not the one that a host
/// remembers. While that is in force a pause of kind <see cref="PauseKind.Reconcile"/> holds every paid submit.
/// </summary>
public interface IReconciles
{
    /// <summary>The last one, in force or not; null where the database was never doubted.</summary>
    Task<Reconcile?> Last(CancellationToken cancellationToken);

    /// <summary>What the sweeps of the provider accounts found last.</summary>
    Task<IReadOnlyList<AccountSweep>> Sweeps(CancellationToken cancellationToken);

    /// <summary>Jobs of our accounts that the database does not know, the newest first.</summary>
    /// <param name="limit">The most of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Stranger>> Strangers(int limit, CancellationToken cancellationToken);

    /// <summary>An operator says that what was forgotten is known, and that payments go on.</summary>
    /// <param name="reason">Why, for whoever reads it later; at most 200 characters.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False: none was in force.</returns>
    Task<bool> Confirm(string reason, CancellationToken cancellationToken);
}

/// <summary>A time in which the database was doubted.</summary>
/// <param name="Since">When it began.</param>
/// <param name="Reason">Why, at most 200 characters.</param>
/// <param name="Ended">How it ended; null while it is in force.</param>
public sealed record Reconcile(DateTimeOffset Since, string Reason, ReconcileEnd? Ended);

/// <summary>How it was settled.</summary>
/// <param name="At">When.</param>
/// <param name="ByOperator">By a person; else by the sweep.</param>
/// <param name="Reason">Why.</param>
public sealed record ReconcileEnd(DateTimeOffset At, bool ByOperator, string Reason);

/// <summary>What the last sweep of a provider account found.</summary>
/// <param name="Account">The account.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="Lists">Whether it can list its jobs at all: else only a person can look there.</param>
/// <param name="Marked">Whether its list has our mark, so that jobs of ours are told from those of others.</param>
/// <param name="Paid">Whether anything there costs money.</param>
/// <param name="Whole">The last sweep that saw everything; null where there was none.</param>
/// <param name="Trouble">What went wrong with the last one; null where nothing did.</param>
/// <param name="Keeps">Why it keeps payments from going on by themselves while the database is doubted; null where it does not.</param>
public sealed record AccountSweep(string Account, DateTimeOffset TriedAt, bool Lists, bool Marked, bool Paid, WholeSweep? Whole, string? Trouble, string? Keeps);

/// <summary>A sweep that saw every job of a time.</summary>
/// <param name="From">Those made since then.</param>
/// <param name="At">When it began.</param>
/// <param name="Found">How many there were.</param>
/// <param name="Adopted">How many of them had lost their request, and were handed to it.</param>
public sealed record WholeSweep(DateTimeOffset From, DateTimeOffset At, int Found, int Adopted);

/// <summary>A job of one of our accounts that the database does not know. It is reported and never touched.</summary>
/// <param name="Account">The account.</param>
/// <param name="JobId">The provider's id.</param>
/// <param name="Mark">What it says is its caller's key; null where it says none.</param>
/// <param name="Ours">Whether that is our mark: then it was paid for, and forgotten.</param>
/// <param name="CreatedAt">When the provider says that it was made; null where it does not.</param>
/// <param name="FirstSeen">The first sweep that saw it.</param>
/// <param name="LastSeen">The last one.</param>
public sealed record Stranger(string Account, string JobId, string? Mark, bool Ours, DateTimeOffset? CreatedAt, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
