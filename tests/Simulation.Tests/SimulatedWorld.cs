using VideoGen.Engine.Simulation;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// One seed: processes that die and freeze, a disk and a provider that survive them, people who ask. First with faults, then without,
/// until nothing is owed. On one thread, with virtual time.
/// </summary>
internal sealed class SimulatedWorld
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A run that does not come to its end in so many turns is stuck.</summary>
    private const long MaxSteps = 500_000;

    /// <summary>How long after the last fault everything must have ended: a dead letter asks for its job for 26 hours.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromHours(60);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15), SweepGrace = TimeSpan.FromSeconds(30);

    private readonly PriorityQueue<Action, (long At, long Order)> agenda = new();
    private readonly List<SimulatedProcess> processes = [];
    private long order;
    private int started;
    private DateTimeOffset lastSweep = Start;

    public SimulatedWorld(int seed, bool faults = true)
    {
        Seed = seed;
        Chance = new(seed);
        Swarm = new(Chance);
        Calm = !faults;
        Turns = new(Chance);
        Quotas = new() { VideosPerDay = Chance.Pick(1, 2, 3, 5), Cooldown = Chance.Pick(TimeSpan.Zero, TimeSpan.FromMinutes(10)) };
        Checks = new(this);
        Disk.Landed = Checks.Landed;
        People = new(this);
    }

    public int Seed { get; }

    public Chance Chance { get; }

    public Swarm Swarm { get; }

    public Turns Turns { get; }

    public Trace Trace { get; } = new();

    public VirtualTimeProvider Clock { get; } = new(Start);

    public DiskRows Disk { get; } = new();

    public ReminderRows Reminders { get; } = new();

    public ProviderBooks Provider { get; } = new();

    public Dictionary<(string Account, string Job), (string Request, int Round, int Attempt)> Claims { get; } = [];

    public RequestOptions Requests { get; } = new();

    public QuotaOptions Quotas { get; }

    public People People { get; }

    public Checks Checks { get; }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public bool Calm { get; private set; }

    public int Prevented { get; set; }

    public long NoncesDrawn { get; set; }

    public void At(DateTimeOffset time, Action action) => agenda.Enqueue(action, (time.UtcTicks, order++));

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
        var calmAt = Start + Chance.Span(TimeSpan.FromMinutes(30), TimeSpan.FromHours(30));
        People.Plan(calmAt);
        if (!Calm) PlanFaults(calmAt);
        At(calmAt, BeCalm);

        while (true)
        {
            while (Turns.RunOne())
            {
                if (Turns.Steps > MaxSteps) throw Checks.Broken("The run does not come to an end.");
            }

            KeepAlive();
            if (NextMoment(calmAt) is not { } next) break;
            if (next > calmAt + EndsWithin) throw Checks.Broken("Something is still owed long after the last fault.");
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

    private void PlanFaults(DateTimeOffset calmAt)
    {
        if (Swarm.SecondProcess) At(Start + Chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(20)), StartProcess);
        if (!Swarm.DiskOutage) return;
        for (var i = Chance.Next(4); i > 0; i--)
        {
            var down = Start + Chance.Span(TimeSpan.Zero, calmAt - Start);
            At(down, () =>
            {
                Trace.Add(Clock.GetUtcNow(), 0, "fault disk down");
                Disk.DownUntil = down + Chance.Span(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
                At(Disk.DownUntil.Value, () => Disk.DownUntil = null);
            });
        }
    }

    private void BeCalm()
    {
        Calm = true;
        Disk.DownUntil = null;
        processes.ForEach(p => p.Thaw());
        Trace.Add(Clock.GetUtcNow(), 0, "calm");
    }

    private void StartProcess()
    {
        Trace.Add(Clock.GetUtcNow(), started + 1, "start");
        processes.Add(new(this, ++started));
    }

    // Somebody restarts what died; a supervisor takes a while.
    private void KeepAlive()
    {
        processes.RemoveAll(p => p.Crashed);
        if (processes.Count > 0 || agenda.UnorderedItems.Any(i => i.Element == StartProcess)) return;
        At(Clock.GetUtcNow() + Chance.Span(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3)), StartProcess);
    }

    private DateTimeOffset? NextMoment(DateTimeOffset calmAt)
    {
        if (Clock.GetUtcNow() >= calmAt && !Checks.SomethingIsOwed && agenda.Count == 0) return null;
        DateTimeOffset? next = Clock.NextDue;
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
