using System.Diagnostics;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

/// <summary>One engine with everything around it. Only this class, in a file for each engine, knows which one it is.</summary>
public sealed partial class World : IAsyncDisposable
{
    /// <summary>How long a test waits in real time for what it is sure must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private bool _isStopped;

    public VirtualTimeProvider Clock { get; }

    public Script Script { get; }

    public ScriptedStorage Storage { get; }

    public MemoryReminderTable Table { get; }

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

    private static IEnumerable<Type> ClassesOfGrains() =>
        typeof(World).Assembly.GetTypes().Where(type => type.Namespace == "VideoGen.Engine.Conformance.Grains" && type is { IsAbstract: false } && type.IsAssignableTo(typeof(Grain)));
}
