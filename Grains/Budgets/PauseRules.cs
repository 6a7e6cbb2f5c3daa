using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Grains.Budgets;

/// <summary>What pauses mean for one request, as pure functions of those that are in force.</summary>
internal static class PauseRules
{
    /// <summary>The pause that holds what this owner would send to this account; null where none does.</summary>
    /// <param name="costs">Whether it costs money: what is free only a person holds.</param>
    public static Pause? Holding(IReadOnlyList<Pause> pauses, Owner owner, string account, bool costs, DateTimeOffset at) =>
        InForce(pauses, at).FirstOrDefault(p => (costs || p.Kind == PauseKind.Operator) && Scopes.Of(owner, account).Contains(p.Scope));

    /// <summary>Why a new request of this owner is not even accepted; null where it is. What a provider's pause holds is accepted, and waits.</summary>
    /// <param name="breakerRefuses">See <see cref="SpendOptions.Refuses"/>.</param>
    public static Refusal? Refusing(IReadOnlyList<Pause> pauses, Owner owner, bool costs, bool breakerRefuses, DateTimeOffset at) =>
        InForce(pauses, at).FirstOrDefault(p => Scopes.Of(owner).Contains(p.Scope) && (p.Kind == PauseKind.Operator || (costs && breakerRefuses))) is { } pause
            ? new(CodeOf(pause), Text(pause), pause.Until)
            : null;

    public static Hold HoldBy(Pause pause, DateTimeOffset at) =>
        new(pause.Kind == PauseKind.SpendBreaker ? HoldReason.SpendBreaker : HoldReason.Paused, Text(pause), at);

    public static Failure FailureBy(Pause pause) => new(FailureKind.Unavailable, Text(pause), CodeOf(pause));

    private static string CodeOf(Pause pause) => pause.Kind == PauseKind.SpendBreaker ? Codes.SpendBreaker : Codes.Paused;

    private static string Text(Pause pause) => pause.Kind switch
    {
        PauseKind.Operator => $"Paused by the operator: {pause.Reason}",
        PauseKind.SpendBreaker => $"The spend breaker has tripped: {pause.Reason}",
        PauseKind.Reconcile => $"Nothing is paid until it is known what was paid before: {pause.Reason}",
        _ => $"Nothing is paid for now: {pause.Reason}",
    };

    private static IEnumerable<Pause> InForce(IReadOnlyList<Pause> pauses, DateTimeOffset at) => pauses.Where(p => p.Until is not { } until || until > at);
}
