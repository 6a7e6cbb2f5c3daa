using VideoGen.Access;

namespace VideoGen.Budgets;

/// <summary>
/// What must not be paid now, and why. Rows in the database: they outlive every process, and one process's pause is every process's.
/// </summary>
public interface IPauses
{
    /// <summary>
    /// How long after a pause was put in force its caller is answered: 1 s. More than the time within which a submit is sent whose last
    /// look was before it, so that nothing is paid later than the answer.
    /// </summary>
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    /// <summary>
    /// All that are in force, at most a second old, without waiting for the database, and what keeps this very host from paying. Empty until
    /// the first reading.
    /// </summary>
    IReadOnlyList<Pause> Known { get; }

    /// <summary>
    /// The last look before a paid submit, not from any cache: what holds it back, or that it may go, and then it is on record as sent.
    /// Counts exactly, over all processes. Asked again with the same nonce it answers the same and counts nothing, unless a pause was put
    /// in force meanwhile: that one is answered then. A pause of kind <see cref="PauseKind.Host"/> counts nothing where the clocks are apart.
    /// </summary>
    /// <exception cref="Exception">The database did not answer: do not send.</exception>
    Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken);

    /// <summary>All that are in force, read now.</summary>
    Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken);

    /// <summary>Puts a pause in force, or replaces the one of the same scope and kind.</summary>
    Task Set(Pause pause, CancellationToken cancellationToken);

    /// <summary>Lifts the pauses of a scope, but for one of kind <see cref="PauseKind.Reconcile"/>; those that were in force are answered.</summary>
    Task<IReadOnlyList<Pause>> Lift(string scope, CancellationToken cancellationToken);
}

/// <summary>Nothing of this scope is paid.</summary>
/// <param name="Scope">As in <see cref="Scopes"/>.</param>
/// <param name="Kind">Who decided it.</param>
/// <param name="Reason">A sentence for people, at most 200 characters.</param>
/// <param name="Since">When it began.</param>
/// <param name="Until">When it ends by itself; null where only a person ends it.</param>
public sealed record Pause(string Scope, PauseKind Kind, string Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>Who decided a pause.</summary>
public enum PauseKind
{
    /// <summary>A person: the kill switch.</summary>
    Operator,

    /// <summary>The database may have forgotten what was paid. Only the sweep or a person who confirms ends it, see <see cref="IReconciles"/>.</summary>
    Reconcile,

    /// <summary>The spend breaker: too much was spent, or too fast.</summary>
    SpendBreaker,

    /// <summary>
    /// The host that looks, for itself, while it cannot tell what may be paid: its clock and the database's are apart, or it cannot remember
    /// outside the database what was paid. Never a row.
    /// </summary>
    Host,
}

/// <summary>A submit that costs money and is about to be sent.</summary>
/// <param name="RequestKey">The request.</param>
/// <param name="Round">Its round.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Nonce">Drawn for this one intent: the same one passes once.</param>
/// <param name="Owner">Who pays.</param>
/// <param name="Account">Who is paid.</param>
/// <param name="Usd">The worst case, US dollars.</param>
public sealed record PaidSubmit(string RequestKey, int Round, int Attempt, string Nonce, Owner Owner, string Account, decimal Usd);

/// <summary>When the spend breaker trips. What would pass a limit is not sent, and trips it.</summary>
/// <param name="SubmitsPerMinute">The most paid submits in any minute, of all together.</param>
/// <param name="StreakUsd">The most that may be submitted for within <paramref name="StreakFor"/>, of all together, US dollars; null for no such limit.</param>
/// <param name="StreakFor">See there; at most a day.</param>
/// <param name="ClientUsdPerHour">The most of one client in any hour, US dollars: its daily budget; null for no such limit.</param>
/// <param name="ResetAfter">How long a tripped breaker holds.</param>
public sealed record SpendLimits(int SubmitsPerMinute, decimal? StreakUsd, TimeSpan StreakFor, decimal? ClientUsdPerHour, TimeSpan ResetAfter);
