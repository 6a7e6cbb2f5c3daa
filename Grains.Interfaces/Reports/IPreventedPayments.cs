using VideoGen.Access;

namespace VideoGen.Reports;

/// <summary>
/// Counts the payments that did not happen because of us. Coalesced in memory and flushed every second:
/// a crash may lose a second of counts, money never.
/// </summary>
public interface IPreventedPayments
{
    /// <summary>One more. Never waits, never throws.</summary>
    void Count(Owner owner, PreventedKind kind, decimal usd);
}

/// <summary>Why a payment did not happen.</summary>
public enum PreventedKind
{
    /// <summary>The same video was on its way.</summary>
    Joined,

    /// <summary>The same video, or its ending, was there.</summary>
    Replayed,

    /// <summary>An agent's run asked for more new videos than it may.</summary>
    BlockedRun,
}
