namespace VideoGen.Simulation.Tests;

/// <summary>
/// The way out of a process: every external effect passes here, takes time before and after it lands, and can go wrong on either side.
/// Awaits only what completes on this thread, so that the turns stay the seed's.
/// </summary>
internal sealed class Gate(SimulatedWorld world, SimulatedProcess process)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(200);

    /// <summary>Longer than any call may take: an engine's 30 seconds, a submit's 60.</summary>
    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(90);

    public bool Calm => world.Calm;

    public Chance Chance => world.Chance;

    /// <summary>Whether a fault happens here, written down if so.</summary>
    public bool Fault(double percent, string name)
    {
        if (!world.Scripted(name) && (Calm || percent == 0 || !Chance.Percent(percent))) return false;
        Note($"fault {name}");
        return true;
    }

    public void Note(string what, string detail = "") => world.Trace.Add(world.Clock.GetUtcNow(), process.Number, what, detail);

    /// <summary>Whether the grain lives in another process too.</summary>
    public bool IsActiveElsewhere(GrainId grain) => world.IsActiveBeside(process, grain);

    /// <summary>A submit has reached an account.</summary>
    public void Arrived(string account, string providerKey, string model, bool isQuestion) => world.RouteChecks.Arrived(account, providerKey, model, isQuestion);

    /// <summary>A provider has taken a job, and may say something of it later.</summary>
    public void Accepted(Models.Job job) => world.Callbacks.Of(job);

    /// <summary>Something happened that never may.</summary>
    public BrokenPromiseException Broken(string promise) => world.Checks.Broken(promise);

    /// <summary>The process stops here, for seconds or for up to 20 minutes, and knows nothing of it afterwards.</summary>
    public Task Freeze() => Freeze(brief: Chance.Percent(30));

    private async Task Freeze(bool brief)
    {
        process.Freeze(brief);
        await Task.Yield();
    }

    /// <summary>Happens on its own time, whatever becomes of the process.</summary>
    public void OnTheNetwork(TimeSpan after, Action action) => world.At(world.Clock.GetUtcNow() + after, action);

    /// <summary>An effect sets out. What comes after this lands, if anything does; then it must come <see cref="Back"/>.</summary>
    /// <exception cref="IOException">It broke on the way; nothing landed.</exception>
    public async Task<PlannedFault?> Out(string effect, CancellationToken timeout = default)
    {
        var planned = world.PlannedFor(effect);
        world.SetsOut(effect);
        if (planned is { IsBefore: true }) await Happen(planned, timeout);
        if (Fault(world.Swarm.Broken, "broken before it landed")) throw new IOException("It broke before it landed.");
        await Pause(timeout);
        return planned;
    }

    /// <summary>An effect has landed, and its answer is on the way.</summary>
    /// <exception cref="IOException">The answer is lost.</exception>
    public async Task Back(PlannedFault? planned, CancellationToken timeout = default)
    {
        if (planned is { IsBefore: false }) await Happen(planned, timeout);
        await Pause(timeout);
        if (Fault(world.Swarm.Broken, "broken after it landed")) throw new IOException("It landed, but the answer is lost.");
    }

    /// <summary>An effect of which the model has nothing to say but that it is done.</summary>
    public async Task Pass(string effect, CancellationToken timeout = default) => await Back(await Out(effect, timeout), timeout);

    // Time passes: none, a little, or more than any call may take. The process may be gone, or minutes older, afterwards.
    private async Task Pause(CancellationToken timeout)
    {
        if (Fault(world.Swarm.Slow, "slow")) await Task.Delay(TooSlow, world.Clock, timeout);
        else if (Chance.Percent(60)) await Task.Yield();
        else await Task.Delay(Chance.Span(TimeSpan.FromMilliseconds(1), Quick), world.Clock, CancellationToken.None);
    }

    private async Task Happen(PlannedFault fault, CancellationToken timeout)
    {
        Note($"planned {fault}");
        switch (fault.Kind)
        {
            case FaultKind.CrashBefore or FaultKind.CrashAfter:
                process.Crash();
                await Task.Yield(); // Nobody comes back from here.
                break;
            case FaultKind.FreezeBefore or FaultKind.FreezeAfter: // Just before one effect is just after another: seconds there, minutes here.
                await Freeze(brief: fault.IsBefore);
                break;
            case FaultKind.DelayBefore or FaultKind.DelayAfter:
                await Task.Delay(TooSlow, world.Clock, timeout);
                break;
            case FaultKind.ErrorBefore or FaultKind.ErrorAfter:
                throw new IOException($"Planned: {fault}.");
            case FaultKind.Conflict:
                break; // The row's own business.
            default:
                throw new InvalidOperationException($"Nobody knows how {fault.Kind} happens.");
        }
    }
}

/// <summary>The one thing that goes wrong in a run whose every effect is tried in turn.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Number">At which effect, counted from 1 over those that this can happen to.</param>
internal sealed record PlannedFault(FaultKind Kind, int Number)
{
    public bool IsBefore => Kind is FaultKind.CrashBefore or FaultKind.ErrorBefore or FaultKind.DelayBefore or FaultKind.FreezeBefore or FaultKind.Conflict;

    public bool CanHappenTo(string effect) => Kind != FaultKind.Conflict || effect == Models.DiskModel.Write;

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Kind} at effect {Number}");
}

internal enum FaultKind
{
    CrashBefore,
    CrashAfter,
    ErrorBefore,
    ErrorAfter,
    DelayBefore,
    DelayAfter,
    FreezeBefore,
    FreezeAfter,

    /// <summary>Somebody else wrote the row first.</summary>
    Conflict,
}
