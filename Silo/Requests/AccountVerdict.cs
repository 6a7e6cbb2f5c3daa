using VideoGen.Budgets;
using VideoGen.Grains.Providers;

namespace VideoGen.Silo.Requests;

/// <summary>Why an account keeps payments from going on by themselves while the database is doubted, as a pure function of its last sweep.</summary>
internal static class AccountVerdict
{
    /// <param name="sweep">The last sweep.</param>
    /// <param name="listing">What its list says.</param>
    /// <param name="since">When the doubt began: what was paid before that may be forgotten.</param>
    /// <param name="forgotten">Jobs with our mark that it saw and the database does not know.</param>
    /// <param name="unmarked">Jobs without our mark that it saw and the database does not know.</param>
    /// <param name="young">Jobs whose submit may be on its way still.</param>
    /// <returns>Null where it does not.</returns>
    public static string? Of(AccountSweep sweep, Listing listing, DateTimeOffset since, int forgotten, int unmarked, int young)
    {
        if (!sweep.Paid) return null;
        if (!sweep.Lists) return "It cannot list its jobs: compare its bill, and confirm.";
        if (sweep.Trouble is { } trouble) return $"Its jobs could not be listed: {trouble}";
        if (sweep.Whole is not { } whole || whole.At < since) return "Its jobs of the last 26 hours are not looked through yet.";
        if (young > 0) return FormattableString.Invariant($"{young} jobs are too young to tell; the next sweep looks again.");
        if (forgotten > 0) return FormattableString.Invariant($"{forgotten} jobs with our mark are not known to the database: they were paid for and forgotten. Ask for the same again, and they are taken up.");
        if (listing == Listing.Outputs) return "It lists videos that are still there, and no jobs: compare its bill, and confirm.";
        return unmarked > 0 && !sweep.Marked
            ? FormattableString.Invariant($"{unmarked} jobs are not known to the database, and its list does not say whose they are: compare them, and confirm.")
            : null;
    }
}
