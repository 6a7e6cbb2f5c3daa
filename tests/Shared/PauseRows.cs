using VideoGen.Budgets;

namespace VideoGen.Tests;

/// <summary>The pauses and the submits that all processes share.</summary>
internal sealed class PauseRows
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1);

    // In the order in which they are said, which is that of the database.
    private readonly SortedDictionary<(string Scope, PauseKind Kind), Pause> pauses = new(Comparer<(string Scope, PauseKind Kind)>.Create((a, b) =>
        string.CompareOrdinal(a.Scope, b.Scope) is var scopes and not 0 ? scopes : a.Kind.CompareTo(b.Kind)));

    private readonly List<(DateTimeOffset At, PaidSubmit Submit)> submits = [];

    /// <summary>What was let through, and when.</summary>
    public IReadOnlyList<(DateTimeOffset At, PaidSubmit Submit)> Submits => submits;

    /// <summary>How wrong the database's clock is, and since when.</summary>
    public (TimeSpan By, DateTimeOffset Since)? WrongClock { get; set; }

    public Pause[] InForce(DateTimeOffset now) => [.. pauses.Values.Where(p => p.Until is not { } until || until > now)];

    public void Set(Pause pause) => pauses[(pause.Scope, pause.Kind)] = pause;

    public Pause[] Lift(string scope, DateTimeOffset now)
    {
        Pause[] lifted = [.. InForce(now).Where(p => p.Scope == scope && p.Kind != PauseKind.Reconcile)];
        foreach (var pause in lifted) Set(pause with { Until = now });
        return lifted;
    }

    public Pause? Pass(PaidSubmit submit, SpendLimits limits, DateTimeOffset now)
    {
        var scopes = Scopes.Of(submit.Owner, submit.Account);
        if (InForce(now).Where(p => scopes.Contains(p.Scope)).OrderBy(p => scopes.ToList().IndexOf(p.Scope)).ThenBy(p => p.Kind).FirstOrDefault() is { } held) return held;
        if (submits.Exists(s => s.Submit.Nonce == submit.Nonce)) return null;

        var minute = Since(Scopes.Global, now - Minute).Count();
        var streak = Since(Scopes.Global, now - limits.StreakFor).Sum(s => s.Usd);
        var hour = Since(Scopes.Client(submit.Owner.Client), now - Hour).Where(s => s.Owner.Client == submit.Owner.Client).Sum(s => s.Usd);
        if (minute + 1 > limits.SubmitsPerMinute) return Trip(Scopes.Global, $"{minute} submits in a minute, of {limits.SubmitsPerMinute}.");
        if (streak + submit.Usd > limits.StreakUsd) return Trip(Scopes.Global, $"{streak} USD in a streak, and {submit.Usd}; of {limits.StreakUsd:0.##} USD.");
        if (hour + submit.Usd > limits.ClientUsdPerHour) return Trip(Scopes.Client(submit.Owner.Client), $"{hour} USD in an hour, and {submit.Usd}; of {limits.ClientUsdPerHour} USD.");
        submits.Add((now, submit));
        return null;

        Pause Trip(string scope, FormattableString reason)
        {
            var pause = new Pause(scope, PauseKind.SpendBreaker, FormattableString.Invariant(reason), now, now + limits.ResetAfter);
            Set(pause);
            return pause;
        }
    }

    // What was submitted before the last breaker ended has had its consequence.
    private IEnumerable<PaidSubmit> Since(string scope, DateTimeOffset after)
    {
        var from = pauses.GetValueOrDefault((scope, PauseKind.SpendBreaker))?.Until;
        return submits.Where(s => s.At > after && (from is null || s.At >= from)).Select(s => s.Submit);
    }
}
