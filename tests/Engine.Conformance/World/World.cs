using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Engine.Conformance.Grains;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

/// <summary>One engine with everything around it. The only part of the suite that knows which engine it is.</summary>
public sealed class World : IAsyncDisposable
{
    /// <summary>How long a test waits in real time for what it is sure must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BuiltEngine _built;
    private bool _isStopped;

    private World(World? before, ITurnQueue? turns)
    {
        Clock = before?.Clock ?? new();
        Script = before?.Script ?? new();
        Storage = before?.Storage ?? new(Script);
        Table = before?.Table ?? new();
        var builder = new EmbeddedEngineBuilder(Clock).WithStorage(Storage).WithStorage(Storage, "named").WithReminders(Table);
        if (turns is not null)
            builder.WithTurns(turns);
        builder.Services.AddSingleton(Script);
        builder.Services.AddScoped<ScopedThing>();
        builder.Services.AddSingleton<IIncomingGrainCallFilter, NotingFilter>();
        builder.Configure(options =>
        {
            foreach (var type in typeof(World).Assembly.GetTypes().Where(type => type.Namespace == "VideoGen.Engine.Conformance.Grains" && GrainClass.IsGrainClass(type)))
                options.AddGrain(type);
        });
        _built = builder.Build();
    }

    public VirtualTimeProvider Clock { get; }

    public Script Script { get; }

    public ScriptedStorage Storage { get; }

    public MemoryReminderTable Table { get; }

    public EmbeddedEngine Engine => _built.Engine;

    /// <param name="before">A world that ended: this one goes on with its clock and its rows.</param>
    public static async Task<World> Start(World? before = null)
    {
        var world = new World(before, turns: null);
        await world.Engine.StartAsync();
        return world;
    }

    /// <summary>A world whose turns run where the queue says. It is not started.</summary>
    public static World Scheduled(ITurnQueue turns) => new(before: null, turns);

    public T Grain<T>(string key = "v-1")
        where T : IGrainWithStringKey => Engine.Grains.GetGrain<T>(key);

    public Task Advance(TimeSpan span) => Engine.Advance(Clock, span).WaitAsync(Patience);

    public Task Idle() => Engine.WhenIdle().WaitAsync(Patience);

    public async Task Stop(CancellationToken cancellation = default)
    {
        _isStopped = true;
        await Engine.StopAsync(cancellation).WaitAsync(Patience, CancellationToken.None);
    }

    /// <summary>For what happens outside of the engine's sight: waits for a named condition.</summary>
    public static async Task Until(string what, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Still not: {what}.");
            await Task.Yield();
        }
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
