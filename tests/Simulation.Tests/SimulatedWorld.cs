using VideoGen.Engine.Simulation;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// One seed: processes that die and freeze, a disk and a provider that survive them, people who ask. First with faults, then without,
/// until nothing is owed. On one thread, with virtual time.
/// </summary>
internal sealed partial class SimulatedWorld
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A run that does not come to its end in so many turns is stuck.</summary>
    private const long MaxSteps = 500_000;

    /// <summary>How long after the last fault everything must have ended: a dead letter asks for its job for 26 hours.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromHours(60);

    /// <summary>The same where somebody is told: who never answers is tried for three days, and a tenth of that.</summary>
    private static readonly TimeSpan IsToldWithin = EndsWithin + TimeSpan.FromHours(90);

    /// <summary>How long after the last fault and the last write a run goes on: what a process still wants to write is not seen on disk.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15), SweepGrace = TimeSpan.FromSeconds(30);

    private readonly PriorityQueue<Action, (long At, long Order)> agenda = new();
    private readonly List<SimulatedProcess> processes = [];
    private readonly Dictionary<string, int> scripted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action> triggers = new(StringComparer.Ordinal);
    private readonly PlannedFault? planned;
    private long order;
    private int started, effects;
    private bool starting;
    private DateTimeOffset lastSweep = Start, lastLanding = Start;

    /// <summary>A world in which everything is drawn from the seed; without faults where so said.</summary>
    public SimulatedWorld(int seed, bool faults = true)
        : this($"Seed {seed}", $"VIDEOGEN_SEED={seed} ./test --filter FullyQualifiedName~One_seed", new Chance(seed), null, null, callbacks: seed)
    {
        Calm = !faults;
        CalmAt = Start + Chance.Span(TimeSpan.FromMinutes(30), TimeSpan.FromHours(30));
        Quotas.VideosPerDay = Chance.Pick(1, 2, 3, 5);
        Budgets.GlobalDailyUsd = Chance.Pick<decimal?>(null, 50, 16, 6.4m, 3.2m);
        Budgets.UserDailyUsd = Chance.Pick<decimal?>(null, null, null, 6.4m);
        Spending.SubmitsPerMinute = Chance.Pick(5, 5, 2, 1);
        Spending.StreakUsd = Chance.Pick<decimal?>(null, 25, 6.4m);
        Spending.ResetAfter = Chance.Pick(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));
        Spending.Refuses = Chance.Percent(20);
        // Drawn by themselves: what a seed without callbacks, or without anybody who listens, does, it does as if there were none.
        Swarm = Swarm with { CallsBack = Callbacks.Drawn, Hears = Hearers.Drawn };
        Quotas.Cooldown = Chance.Pick(TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Requests.CheckEvery = Chance.Pick(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));
        People.Plan(CalmAt);
        Hearers.Plan(CalmAt);
        if (faults) PlanFaults();
    }

    /// <summary>A world in which people and provider do what a scenario says, and one thing at most goes wrong besides.</summary>
    public SimulatedWorld(Scenario scenario, PlannedFault? planned)
        : this(
            $"Scenario '{scenario.Name}', {planned?.ToString() ?? "nothing else"}",
            $"VIDEOGEN_FAULT='{scenario.Name}/{planned?.Kind}/{planned?.Number}' ./test --filter FullyQualifiedName~One_fault",
            new Chance(1),
            scenario.Swarm,
            planned)
    {
        Calm = true;
        CalmAt = Start + TimeSpan.FromHours(3);
        Quotas.VideosPerDay = scenario.VideosPerDay;
        Quotas.Cooldown = TimeSpan.Zero;
        Requests.CheckEvery = TimeSpan.FromMinutes(2);
        foreach (var fault in scenario.Faults) scripted[fault] = scripted.GetValueOrDefault(fault) + 1;
        if (Swarm.SecondProcess) At(Start + TimeSpan.FromSeconds(1), StartProcess);
        scenario.People(this);
    }

    private SimulatedWorld(string name, string replay, Chance chance, Swarm? swarm, PlannedFault? planned, int callbacks = 0)
    {
        Name = name;
        Replay = replay;
        this.planned = planned;
        Chance = chance;
        Callbacks = new(this, new(callbacks ^ 0x5EED));
        Hearers = new(this, new(callbacks ^ 0x0EA2));
        Swarm = swarm ?? Swarm.Draw(chance);
        Turns = new(this);
        Checks = new(this);
        Disk.Landed = Landed;
        MoneyChecks = new(this);
        RouteChecks = new(this);
        Money.Landed = MoneyChecks.Landed;
        People = new(this);
    }

    /// <summary>Which run this is, for whoever wants to see it again.</summary>
    public string Name { get; }

    /// <summary>The command that runs it again.</summary>
    public string Replay { get; }

    public DateTimeOffset CalmAt { get; }

    public Chance Chance { get; }

    public Swarm Swarm { get; private init; }

    public Callbacks Callbacks { get; }

    public Hearers Hearers { get; }

    public Turns Turns { get; }

    public Trace Trace { get; } = new();

    public VirtualTimeProvider Clock { get; } = new(Start);

    public DiskRows Disk { get; } = new();

    public MemoryReminderTable Reminders { get; } = new();

    public ProviderBooks Provider { get; } = new();

    public Dictionary<(string Account, string Job), (string Request, int Round, int Attempt)> Claims { get; } = [];

    public RequestOptions Requests { get; } = new();

    public QuotaOptions Quotas { get; } = new();

    public AgentRunOptions Runs { get; } = new();

    public BudgetOptions Budgets { get; } = new();

    public SpendOptions Spending { get; } = new();

    public MoneyRows Money { get; } = new();

    public PauseRows Pauses { get; } = new();

    public People People { get; }

    public Checks Checks { get; }

    public MoneyChecks MoneyChecks { get; }

    public RouteChecks RouteChecks { get; }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public bool Calm { get; private set; }

    /// <summary>The dead letters that the operator was told of.</summary>
    public HashSet<Requests.VideoId> Told { get; } = [];

    public int Prevented { get; set; }

    public long NoncesDrawn { get; set; }

    /// <summary>Whether the one planned fault had its chance.</summary>
    public bool PlannedWasReached => planned is null || effects >= planned.Number;

    /// <summary>The planned fault, where this effect is the one that it was planned for.</summary>
    public PlannedFault? PlannedFor(string effect) =>
        planned is { } fault && fault.CanHappenTo(effect) && ++effects == fault.Number ? fault : null;

    /// <summary>Whether the scenario says that this happens now. Each mention happens once.</summary>
    public bool Scripted(string fault)
    {
        if (scripted.Count == 0 || scripted.GetValueOrDefault(fault) == 0) return false;
        scripted[fault]--;
        return true;
    }

    /// <summary>Lets something happen just when such an effect sets out for the first time.</summary>
    public void When(string effect, Action action) => triggers.Add(effect, action);

    /// <summary>An effect sets out.</summary>
    public void SetsOut(string effect)
    {
        if (triggers.Count > 0 && triggers.Remove(effect, out var action)) action();
    }

    public void At(DateTimeOffset time, Action action) => agenda.Enqueue(action, (time.UtcTicks, order++));

    /// <summary>Whether another process than this one has the grain alive.</summary>
    public bool IsActiveBeside(SimulatedProcess process, GrainId grain) => processes.Exists(p => p != process && p.Has(grain));

    /// <summary>A process that answers now; null where none does.</summary>
    public SimulatedProcess? SomeProcess()
    {
        var living = processes.Where(p => !p.Crashed && !p.Frozen).ToArray();
        return living.Length == 0 ? null : Chance.Pick<SimulatedProcess>(living);
    }

    /// <summary>Runs to the end. Throws <see cref="BrokenPromiseException"/> with the trace where a promise was broken.</summary>
    public void Run()
    {
        StartProcess();
        At(CalmAt, BeCalm);

        while (true)
        {
            while (Turns.RunOne())
            {
                if (Checks.FirstBroken is { } broken) throw broken;
                if (Turns.Steps > MaxSteps) throw Checks.Broken("The run does not come to an end.");
            }

            KeepAlive();
            if (NextMoment() is not { } next) break;
            if (next > CalmAt + (Swarm.Hears ? IsToldWithin : EndsWithin)) throw Checks.Broken("Something is still owed long after the last fault.");
            Clock.AdvanceTo(next > Clock.GetUtcNow() ? next : Clock.GetUtcNow());
            Happen();
        }

        Checks.AtTheEnd();
        processes.ForEach(p =>
        {
            if (!p.Crashed) p.Crash();
        });
    }

    /// <summary>Runs to the end. Null when every promise held; else which was broken, with seed and trace.</summary>
    public string? TryRun()
    {
        try
        {
            Run();
            return null;
        }
        catch (BrokenPromiseException e)
        {
            return e.Message;
        }
#pragma warning disable CA1031 // Whatever else comes out of a run is a broken promise too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Checks.Broken(e.ToString()).Message;
        }
    }

    private void StartProcess()
    {
        starting = false;
        Trace.Add(Clock.GetUtcNow(), started + 1, "start");
        processes.Add(new(this, ++started));
    }

    // Somebody restarts what died; a supervisor takes a while.
    private void KeepAlive()
    {
        processes.RemoveAll(p => p.Crashed);
        if (processes.Count > 0 || starting) return;
        starting = true;
        At(Clock.GetUtcNow() + Chance.Span(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3)), StartProcess);
    }

    private DateTimeOffset? NextMoment()
    {
        var quiet = Later(CalmAt, lastLanding) + Aftermath;
        var isQuiet = Clock.GetUtcNow() >= quiet;
        if (isQuiet && Checks.EarliestWake is null && agenda.Count == 0) return null;
        var next = isQuiet ? Clock.NextDue : Earlier(Clock.NextDue, quiet);
        if (agenda.TryPeek(out _, out var due)) next = Earlier(next, new(due.At, TimeSpan.Zero));
        if (NextSweep() is { } sweep) next = Earlier(next, sweep);
        foreach (var process in processes)
        {
            if (process.ThawAt is { } thaw) next = Earlier(next, thaw);
        }

        return next;
    }

    private void Happen()
    {
        var now = Clock.GetUtcNow();
        foreach (var process in processes.Where(p => p.ThawAt <= now)) process.Thaw();
        while (agenda.TryPeek(out var action, out var due) && due.At <= now.UtcTicks)
        {
            agenda.Dequeue();
            action();
        }

        if (NextSweep() <= now) Sweep(now);
    }

    private DateTimeOffset? NextSweep() => Checks.EarliestWake is { } wake ? Later(wake + SweepGrace, lastSweep + SweepEvery) : null;

    private void Sweep(DateTimeOffset now)
    {
        lastSweep = now;
        if (SomeProcess() is not { } process) return;
        foreach (var key in Checks.OwedBefore(now - SweepGrace))
        {
            process.Do("sweep", grains => grains.GetGrain<VideoGen.Requests.IVideoRequestGrain>(key).Wake());
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset? a, DateTimeOffset b) => a < b ? a.Value : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>A promise was broken; the message has the seed, the reason and the end of the trace.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
