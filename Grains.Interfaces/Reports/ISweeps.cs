namespace VideoGen.Reports;

/// <summary>What otherwise comes by the clock, at once: what is owed is woken, the lists of the provider accounts are compared, and the store is cleared of what nobody wants. A host without grains has none.</summary>
public interface ISweeps
{
    /// <summary>Begins, unless one that was begun so is under way: then it is that one. Goes on when nobody waits any more.</summary>
    /// <returns>What each found.</returns>
    Task<SweepReport> Now();
}

/// <summary>What the sweeps found. One that another process, or the clock, is at just then is null.</summary>
/// <param name="BeganAt">When they began.</param>
/// <param name="Requests">What was owed.</param>
/// <param name="Accounts">Whether the lists of the accounts were compared; what was found at each is in <see cref="Budgets.IReconciles.Sweeps"/>.</param>
/// <param name="Store">What the store had.</param>
public sealed record SweepReport(DateTimeOffset BeganAt, RequestSweep? Requests, bool Accounts, StoreSweep? Store);

/// <summary>A sweep of the requests.</summary>
/// <param name="Woken">How many were woken that were due.</param>
/// <param name="Owed">How many owe something, now or later.</param>
public sealed record RequestSweep(int Woken, long Owed);

/// <summary>A sweep of the store.</summary>
/// <param name="Removed">Of how many videos the files were removed.</param>
/// <param name="Unknown">Of how many videos there are files that the database does not know; they are kept.</param>
public sealed record StoreSweep(int Removed, int Unknown);
