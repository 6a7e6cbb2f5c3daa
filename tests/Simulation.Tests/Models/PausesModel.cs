using VideoGen.Budgets;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>
/// The pauses as one process sees them. What it knows without asking may be a second old; the time is the database's, whatever its own clock
/// says, and where the two are too far apart nothing passes.
/// </summary>
/// <param name="rows">What all processes share.</param>
/// <param name="gate">The process's way out.</param>
/// <param name="clock">The true time, by which rows are kept.</param>
/// <param name="own">The process's time of day.</param>
internal sealed class PausesModel(PauseRows rows, Gate gate, TimeProvider clock, TimeProvider own) : IPauses
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    private IReadOnlyList<Pause> known = [];
    private DateTimeOffset? readAt;

    public IReadOnlyList<Pause> Known
    {
        get
        {
            var now = clock.GetUtcNow();
            if (readAt is { } last && now - last < ReadEvery) return known;
            readAt = now;
            return known = Apart is { } apart ? [apart, .. rows.InForce(now)] : rows.InForce(now);
        }
    }

    public Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken) =>
        Land("pass", () => Apart ?? rows.Pass(submit, limits, clock.GetUtcNow()), cancellationToken);

    public Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken) =>
        Land<IReadOnlyList<Pause>>("read pauses", () => rows.InForce(clock.GetUtcNow()), cancellationToken);

    public Task Set(Pause pause, CancellationToken cancellationToken) =>
        Land("pause", () =>
        {
            rows.Set(pause);
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<Pause>> Lift(string scope, CancellationToken cancellationToken) =>
        Land<IReadOnlyList<Pause>>("lift pauses", () => rows.Lift(scope, clock.GetUtcNow()), cancellationToken);

    private Pause? Apart => rows.WrongClock is { } wrong && (clock.GetUtcNow() + wrong.By - own.GetUtcNow()).Duration() > Slack
        ? new(Scopes.Global, PauseKind.Host, "The clocks are apart.", clock.GetUtcNow(), Until: null)
        : null;

    private async Task<T> Land<T>(string name, Func<T> what, CancellationToken cancellationToken)
    {
        var effect = await gate.Out(name, cancellationToken);
        var answer = what();
        await gate.Back(effect, cancellationToken);
        return answer;
    }
}
