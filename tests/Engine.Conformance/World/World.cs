using System.Diagnostics;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance;

/// <summary>One engine with everything around it. Only this class, in a file for each engine, knows which one it is.</summary>
public sealed partial class World : IAsyncDisposable
{
    /// <summary>How long a test waits in real time for what it is sure must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How often <see cref="AgeUntil"/> looks: as often as both engines look for what nobody uses.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private bool _isStopped;

    public VirtualTimeProvider Clock { get; }

    public Script Script { get; }

    public ScriptedStorage Storage { get; }

    public MemoryReminderTable Table { get; }

    /// <summary>Whether it is Orleans that runs here, where the two are not alike.</summary>
    public static bool IsOrleans => OrleansVersion is not null;

    /// <summary>Whether writes of one grain that interleave stand in a row.</summary>
    public static bool QueuesWrites => OrleansVersion is null || OrleansVersion >= new Version(10, 4);

    /// <summary>For what happens outside of the engine's sight: waits for a named condition.</summary>
    public static Task Until(string what, Func<bool> condition) => Until(what, () => Task.FromResult(condition()));

    /// <inheritdoc cref="Until(string, Func{bool})"/>
    public static async Task Until(string what, Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Still not: {what}.");
            await Task.Delay(1);
        }
    }

    /// <summary>The engine ends the waiting of a caller. (Waiting for that with a limit would end with the same exception.)</summary>
    public static async Task TimesOut(Task call)
    {
        await Until("the call is over", () => call.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    /// <summary>Lets activations and calls under way grow older until something is true of them.</summary>
    /// <returns>How much older they grew, to <see cref="Step"/> exactly.</returns>
    public async Task<TimeSpan> AgeUntil(string what, Func<Task<bool>> condition)
    {
        for (var age = TimeSpan.Zero; age < 20 * Step; age += Step)
        {
            if (await condition())
                return age;
            await Age(Step);
        }

        await Until(what, condition); // On Orleans it is the real clock that counts, and a busy machine may be behind it.
        return 20 * Step;
    }

    /// <summary>The grains that nobody uses leave memory.</summary>
    /// <returns>After how long.</returns>
    public Task<TimeSpan> AgeUntilCollected(int left = 0) => AgeUntil($"{left} activations are left", async () => await Activations() <= left);

    private static IEnumerable<Type> ClassesOfGrains() =>
        typeof(World).Assembly.GetTypes().Where(type => type.Namespace == "VideoGen.Engine.Conformance.Grains" && type is { IsAbstract: false } && type.IsAssignableTo(typeof(Grain)));
}
