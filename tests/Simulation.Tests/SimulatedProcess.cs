using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Budgets;
using VideoGen.Engine;
using VideoGen.Engine.Simulation;
using VideoGen.Grains;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Storage;
using VideoGen.Tests;

namespace VideoGen.Simulation.Tests;

/// <summary>One process with the real grains on the real engine. It can be killed between two turns, or frozen for minutes.</summary>
internal sealed class SimulatedProcess
{
    private static readonly Type[] GrainTypes = [.. new EmbeddedEngineOptions().AddGrainsFrom(GrainsRegistration.Assembly).Grains];

    // One for all: a process that dies here disposes nothing.
    private static readonly VideoGenTelemetry Telemetry = new();

    private readonly SimulatedWorld world;
    private readonly BuiltEngine built;
    private readonly SkewedClock clock;
    private DateTimeOffset? thawAt;

    public SimulatedProcess(SimulatedWorld world, int number)
    {
        this.world = world;
        Number = number;
        Gate = new(world, this);
        clock = new(world.Clock, world.Swarm.SkewedClock ? WrongBy() : TimeSpan.Zero);
        var builder = new EmbeddedEngineBuilder(clock)
            .WithStorage(new DiskModel(world.Disk, Gate, world.Swarm))
            .WithReminders(new RemindersModel(world.Reminders, Gate, world.Swarm, world.Clock))
            .WithTurns(world.Turns.For(this))
            .Configure(o =>
            {
                Array.ForEach(GrainTypes, type => o.AddGrain(type));
                o.CollectionQuantum = TimeSpan.FromMinutes(3); // Looking every few seconds is most of a quiet day's work.
            });
        builder.Services.AddVideoGrains()
            .AddSingleton<IModelCatalogue, ModelsModel>()
            .AddSingleton<VideoGen.Grains.Providers.IVideoProviders>(new ProvidersModel(
                new(world.Provider, world.Pauses, this, world.Swarm, world.Clock),
                new(world.Provider, world.Pauses, this, world.Swarm, world.Clock, ProviderModel.SecondAccount)))
            .AddSingleton<VideoGen.Grains.Providers.IVideoSaver>(new SaverModel(world.Provider, Gate, world.Swarm, world.Clock))
            .AddSingleton<IVideoFiles>(new FilesModel(world.Provider, Gate))
            .AddSingleton<IJobBook>(new JobBookModel(world.Claims, Gate))
            .AddSingleton<IPreventedPayments>(new PreventedModel(world))
            .AddSingleton<IMoneyLedger>(new LedgerModel(world.Money, Gate))
            .AddSingleton<IPauses>(new PausesModel(world.Pauses, Gate, world.Clock, clock))
            .AddSingleton<IInstallation, InstallationModel>()
            .AddSingleton<INonces>(new NoncesModel(world))
            .AddSingleton<VideoGen.Grains.Requests.IOperatorNews>(new NewsModel(world, Gate))
            .AddSingleton<VideoGen.Grains.Webhooks.IClientNews>(new HearersModel(world.Hearers, Gate, world.Clock))
            .AddSingleton<IHostState, RunningHostModel>()
            .AddSingleton<IClientPlans, OnePlanModel>()
            .AddSingleton(Telemetry)
            .AddSingleton<IOptionsMonitor<RequestOptions>>(new FixedOptions<RequestOptions>(world.Requests))
            .AddSingleton<IOptionsMonitor<QuotaOptions>>(new FixedOptions<QuotaOptions>(world.Quotas))
            .AddSingleton<IOptionsMonitor<BudgetOptions>>(new FixedOptions<BudgetOptions>(world.Budgets))
            .AddSingleton<IOptionsMonitor<SpendOptions>>(new FixedOptions<SpendOptions>(world.Spending))
            .AddSingleton<IOptionsMonitor<AgentRunOptions>>(new FixedOptions<AgentRunOptions>(world.Runs));
        built = builder.Build();
        _ = built.Engine.OpenClient("start").Run(() => built.Engine.StartAsync());
    }

    public int Number { get; }

    public Gate Gate { get; }

    public bool Crashed { get; private set; }

    public bool Frozen => thawAt is not null;

    public DateTimeOffset? ThawAt => thawAt;

    public bool Has(GrainId grain) => !Crashed && built.Engine.IsActive(grain);

    /// <summary>A client of this process: what it does is scheduled with everything else.</summary>
    public void Do(string name, Func<IGrainFactory, Task> work) => _ = built.Engine.OpenClient(name).Run(() => work(built.Engine.Grains));

    /// <summary>The moment between two turns: where a process dies, or stops for a while, without a word.</summary>
    public void BeforeTurn()
    {
        if (world.Calm || Frozen) return;
        if (Gate.Fault(world.Swarm.Crash, "crash")) Crash();
        else if (Gate.Fault(world.Swarm.Freeze, "freeze")) Freeze(brief: world.Chance.Percent(30));
        else if (Gate.Fault(world.Swarm.ClockStepped, "clock stepped")) clock.Skew = WrongBy();
    }

    /// <summary>For minutes; or for seconds, which a submit's window outlasts and a look at the pauses does not.</summary>
    public void Freeze(bool brief) => thawAt = world.Clock.GetUtcNow()
        + (brief ? world.Chance.Span(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)) : world.Chance.Span(TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(20)));

    public void Thaw()
    {
        if (!Frozen) return;
        thawAt = null;
        world.Turns.Thaw(this);
    }

    public void Crash()
    {
        Crashed = true;
        thawAt = null;
        built.Engine.Crash(); // Nothing is disposed: no code of a dead process runs.
    }

    private TimeSpan WrongBy() => world.Chance.Span(TimeSpan.Zero, TimeSpan.FromSeconds(10)) - TimeSpan.FromSeconds(5);

    /// <summary>The same timers and the same monotonic time; another time of day.</summary>
    private sealed class SkewedClock(TimeProvider clock, TimeSpan skew) : TimeProvider
    {
        public TimeSpan Skew { get; set; } = skew;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Skew;

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
    }
}
