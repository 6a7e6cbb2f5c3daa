using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VideoGen.Engine;

/// <summary>Grains in one process: activates them, runs their turns, keeps their timers and reminders, and ends them.</summary>
public sealed partial class EmbeddedEngine
{
    private static readonly MethodInfo ReceiveReminder = typeof(IRemindable).GetMethod(nameof(IRemindable.ReceiveReminder))!;

    private readonly GrainDirectory _directory;
    private ITimer? _collection;
    private volatile bool _isOpen;

    internal EmbeddedEngine(
        IServiceProvider services,
        SharedServices shared,
        TimeProvider time,
        ITurnQueue turns,
        EmbeddedEngineOptions options,
        ILoggerFactory logs)
    {
        Services = services;
        Shared = shared;
        Time = time;
        Options = options;
        Log = logs.CreateLogger<EmbeddedEngine>();
        Scheduler = new(turns);
        Catalog = new(options.Grains);
        References = new(this, Catalog);
        _directory = new(this, Catalog);
        Reminders = new(this, services.GetService<IReminderTable>(), services.GetRequiredService<IOptions<ReminderOptions>>().Value);
    }

    /// <summary>Makes references to grains.</summary>
    public IGrainFactory Grains => References;

    /// <summary>How many activations live now.</summary>
    public int ActivationCount => _directory.Count;

    /// <summary>Whether an activation of the grain lives here.</summary>
    public bool IsActive(GrainId grain) => _directory.Has(grain);

    /// <summary>Schedules the turns of this engine.</summary>
    public ActivationScheduler Scheduler { get; }

    internal IServiceProvider Services { get; }

    internal SharedServices Shared { get; }

    internal TimeProvider Time { get; }

    internal EmbeddedEngineOptions Options { get; }

    internal ILogger Log { get; }

    internal GrainCatalog Catalog { get; }

    internal GrainReferences References { get; }

    internal ReminderService Reminders { get; }

    internal IReadOnlyList<IIncomingGrainCallFilter> Filters { get; private set; } = [];

    /// <summary>Completes when no activation has work ready or running.</summary>
    public Task WhenIdle() => Scheduler.WhenIdle();

    /// <summary>Turns for code outside of grains that must be scheduled with them, such as the clients of a simulation.</summary>
    public EngineClient OpenClient(string name) => new(Scheduler, name);

    /// <summary>Loads the reminders and takes calls from now on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        // Filters may ask for the grain factory, so they cannot be asked for in the constructor.
        Filters = [.. Services.GetServices<IIncomingGrainCallFilter>()];
        _isOpen = true;
        await Reminders.Start(cancellationToken);
        using (ExecutionContext.SuppressFlow())
            _collection = Time.CreateTimer(static engine => ((EmbeddedEngine)engine!).Collect(), this, Options.CollectionQuantum, Options.CollectionQuantum);
        LogStarted(Log, Options.Grains.Count);
    }

    /// <summary>
    /// Refuses calls from outside, lets what runs come to its end (grains may go on calling each other), and deactivates everything.
    /// </summary>
    /// <param name="cancellationToken">When to stop waiting; what still runs then is left where it is.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        _isOpen = false;
        _collection?.Dispose();
        try
        {
            await Reminders.Stop(cancellationToken);
            // Work that still runs may wake other grains, so one round is not always enough.
            while (_directory.All() is { Count: > 0 } living)
            {
                living.ForEach(activation => activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The process is shutting down.")));
                await Task.WhenAll(living.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
            }

            LogStopped(Log);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogAbandoned(Log, _directory.Count);
        }
    }

    /// <summary>
    /// Drops the world, as kill -9 does: no turn runs after this, no exception is thrown, no <c>finally</c> is reached. For simulations.
    /// </summary>
    public void Crash()
    {
        _isOpen = false;
        Scheduler.Crash();
        _collection?.Dispose();
    }

    internal Task Send(Call call)
    {
        if (!_isOpen && Activation.Current is not GrainActivation)
            throw new EngineClosedException($"The call {call} was not made: the engine has not started, or it is stopping.");
        call.Arm(Options.CallTimeout);
        _directory.Deliver(call);
        return call.Answer;
    }

    /// <summary>Ticks have no timeout: the next one must not come before this one has ended.</summary>
    internal Task Remind(GrainId grain, string name, TickStatus status)
    {
        var call = new Call(this, grain, Catalog.ClassOf(grain.Type).IsReentrant, GrainMethod.Of(ReceiveReminder), [name, status]);
        _directory.Deliver(call);
        return call.Answer;
    }

    private void Collect()
    {
        foreach (var activation in _directory.All())
            activation.Collect(Options.CollectionAge);
    }
}
