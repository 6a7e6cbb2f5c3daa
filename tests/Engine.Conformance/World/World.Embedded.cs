using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Engine.Conformance.Grains;
using VideoGen.Engine.Simulation;
using VideoGen.Reports;

namespace VideoGen.Engine.Conformance;

public sealed partial class World
{
    /// <summary>Which Orleans runs here; null where it is the embedded engine.</summary>
    public static Version? OrleansVersion => null;

    private readonly BuiltEngine _built;

    private World(World? before, ITurnQueue? turns, TimeSpan? callTimeout)
    {
        Clock = before?.Clock ?? new();
        Script = before?.Script ?? new();
        Storage = before?.Storage ?? new(Script);
        Table = before?.Table ?? new();
        var builder = new EmbeddedEngineBuilder(Clock).WithStorage(Storage).WithStorage(Storage, "named").WithReminders(Table);
        if (turns is not null)
            builder.WithTurns(turns);
        builder.Services.AddSingleton(Script);
        builder.Services.AddSingleton<VideoGenTelemetry>();
        builder.Services.AddSingleton(Clock);
        builder.Services.AddScoped<ScopedThing>();
        builder.Services.AddSingleton<IIncomingGrainCallFilter, NotingFilter>();
        builder.Configure(options =>
        {
            options.CallTimeout = callTimeout ?? options.CallTimeout;
            foreach (var type in ClassesOfGrains())
                options.AddGrain(type);
        });
        _built = builder.Build();
    }

    public EmbeddedEngine Engine => _built.Engine;

    /// <param name="before">A world that ended: this one goes on with its clock and its rows.</param>
    /// <param name="callTimeout">How long a caller waits; 30 s where nothing is said.</param>
    public static async Task<World> Start(World? before = null, TimeSpan? callTimeout = null)
    {
        var world = new World(before, turns: null, callTimeout);
        await world.Engine.StartAsync();
        return world;
    }

    /// <summary>A world whose turns run where the queue says. It is not started.</summary>
    public static World Scheduled(ITurnQueue turns) => new(before: null, turns, callTimeout: null);

    public T Grain<T>(string key = "v-1")
        where T : IGrainWithStringKey => Engine.Grains.GetGrain<T>(key);

    /// <summary>How many of the suite's grains are in memory.</summary>
    public Task<int> Activations() => Task.FromResult(Engine.ActivationCount);

    /// <summary>Moves the clock of timers and reminders, and lets all that follows from it happen.</summary>
    public Task Advance(TimeSpan span) => Engine.Advance(Clock, span).WaitAsync(Patience);

    /// <summary>The same, and activations and calls under way grow older too.</summary>
    public Task Age(TimeSpan span) => Advance(span);

    /// <summary>Whether so much time passed that the test did not ask for; here none passes.</summary>
    public static bool IsOlder(Stopwatch since, TimeSpan age) => false;

    public Task Idle() => Engine.WhenIdle().WaitAsync(Patience);

    public async Task Stop(CancellationToken cancellation = default)
    {
        _isStopped = true;
        await Engine.StopAsync(cancellation).WaitAsync(Patience, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Stop(deadline.Token);
        }

        await _built.DisposeAsync();
    }
}
