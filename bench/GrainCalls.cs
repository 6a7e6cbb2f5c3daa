using System.Globalization;

namespace VideoGen.Bench;

/// <summary>How fast the engine alone is: calls of a grain that does nothing, beside the least that any such call needs.</summary>
internal static partial class GrainCalls
{
    /// <summary>The word on the command line for these calls and nothing else, in a process of their own.</summary>
    public const string Alone = "calls-only";

    /// <summary>What is called.</summary>
    public static readonly FormattableString OfOne = $"calls of one grain, {Callers} callers, no HTTP and no storage", OfMany = $"calls of {Grains} grains, likewise",
        OfNew = $"first calls of {NewGrains} grains, each of which is made for it", OfNone = $"a work item posted to the thread pool and its answer awaited";

    private const int Callers = 64, Grains = 1_000, NewGrains = 50_000, Turns = 3;

    public static async Task Measure(TimeSpan round)
    {
        var speeds = await Run(round, Turns);
        FormattableString beside = $"{OfNone}: {speeds.Posted}";
        Table.Row(OfOne, $"{speeds.One}", beside, speeds.One.PerSecond / speeds.Posted.PerSecond);
        Table.Row(OfMany, $"{speeds.Many}", beside, speeds.Many.PerSecond / speeds.Posted.PerSecond);
        Table.Row(OfNew, $"{speeds.New}", beside, speeds.New.PerSecond / speeds.Posted.PerSecond);
    }

    /// <summary>All of them, in turns, on the engine that this program is built for.</summary>
    public static async Task<CallSpeeds> Run(TimeSpan round, int turns)
    {
        var (engine, running) = await StartEngine();
        await using (running)
        {
            var grains = Enumerable.Range(0, Grains).Select(number => engine.GetGrain<IEchoGrain>(Load.Numbered("e", number))).ToArray();
            async Task<CallSpeeds> Turn(int turn, TimeSpan time) => new(
                await Speed(time, Posted.Run),
                await Speed(time, number => grains[0].Echo(number)),
                await Speed(time, number => grains[number % Grains].Echo(number)),
                await Speed(number => number < NewGrains, number => engine.GetGrain<IEchoGrain>(Load.Numbered(Load.Numbered("n", turn), number)).Echo(number)));

            await Turn(0, round / 2); // What is slow once only is over then.
            var speeds = new List<CallSpeeds>();
            for (var turn = 1; turn <= turns; turn++) speeds.Add(await Turn(turn, round));
            return CallSpeeds.Middle(speeds);
        }
    }

    private static Task<CallSpeed> Speed(TimeSpan time, Func<int, Task<int>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        return Speed(_ => TimeProvider.System.GetElapsedTime(started) < time, call);
    }

    private static async Task<CallSpeed> Speed(Func<int, bool> goesOn, Func<int, Task<int>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var made = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (var number = caller; goesOn(number); number += Callers, count++)
            {
                if (await call(number) != number) throw new InvalidOperationException("A call was answered with another's answer.");
            }

            return count;
        })));
        return new(made.Sum() / TimeProvider.System.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / made.Sum());
    }

    /// <summary>A turn somewhere else, and an answer: what every call of a grain must do, and nothing more.</summary>
    private sealed class Posted(int number) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<int> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static Task<int> Run(int number)
        {
            var posted = new Posted(number);
            ThreadPool.UnsafeQueueUserWorkItem(posted, preferLocal: false);
            return posted.answer.Task;
        }

        public void Execute() => answer.SetResult(number);
    }
}

/// <param name="PerSecond">How many a second, by the clock.</param>
/// <param name="Microseconds">Of processor time for each, with that of its caller. Other programs on the machine slow this less.</param>
internal sealed record CallSpeed(double PerSecond, double Microseconds)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PerSecond:0}/s, {Microseconds:0.00} µs of processor time");
}

/// <param name="Posted">Work items, without a grain.</param>
/// <param name="One">Calls of one grain.</param>
/// <param name="Many">Calls of many grains.</param>
/// <param name="New">Grains that are made, and called once.</param>
internal sealed record CallSpeeds(CallSpeed Posted, CallSpeed One, CallSpeed Many, CallSpeed New)
{
    public static CallSpeeds Middle(IReadOnlyCollection<CallSpeeds> turns)
    {
        CallSpeed Of(Func<CallSpeeds, CallSpeed> call) => new(Measured.Middle(turns, s => call(s).PerSecond), Measured.Middle(turns, s => call(s).Microseconds));
        return new(Of(s => s.Posted), Of(s => s.One), Of(s => s.Many), Of(s => s.New));
    }
}

/// <summary>The bench's own grain.</summary>
public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> Echo(int number);
}

internal sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> Echo(int number) => Task.FromResult(number);
}
