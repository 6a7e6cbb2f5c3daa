using VideoGen.Access;

namespace VideoGen.Reports;

/// <summary>
/// Counts the payments that did not happen because of us. Coalesced in memory and flushed every second:
/// a crash may lose a second of counts, money never.
/// </summary>
public interface IPreventedPayments
{
    /// <summary>One more. Never waits, never throws.</summary>
    /// <param name="owner">Who did not pay.</param>
    /// <param name="model">The public name of the model that was asked for.</param>
    /// <param name="kind">Why not.</param>
    /// <param name="usd">What would have been reserved, US dollars.</param>
    void Count(Owner owner, string model, PreventedKind kind, decimal usd);
}

/// <summary>Why a payment did not happen.</summary>
public enum PreventedKind
{
    /// <summary>The same video was on its way.</summary>
    Joined,

    /// <summary>The same video was there.</summary>
    Replayed,

    /// <summary>An agent's run asked for more new videos than it may.</summary>
    BlockedRun,

    /// <summary>The same prompt had failed, and may have been paid, or was sent as often as it may be.</summary>
    RefusedRetry,
}
