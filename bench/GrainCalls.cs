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
        FormattableString beside = $"{OfNone}: {speeds.Posted:0}/s";
        Table.Row(OfOne, $"{speeds.One:0}/s", beside, speeds.One / speeds.Posted);
        Table.Row(OfMany, $"{speeds.Many:0}/s", beside, speeds.Many / speeds.Posted);
        Table.Row(OfNew, $"{speeds.New:0}/s", beside, speeds.New / speeds.Posted);
    }

    /// <summary>All of them, in turns, on the engine that this program is built for.</summary>
    public static async Task<CallSpeeds> Run(TimeSpan round, int turns)
    {
        var (engine, running) = await StartEngine();
        await using (running)
        {
            var grains = Enumerable.Range(0, Grains).Select(number => engine.GetGrain<IEchoGrain>(Load.Numbered("e", number))).ToArray();
            async Task<CallSpeeds> Turn(int turn, TimeSpan time) => new(
                await PerSecond(time, Posted.Run),
                await PerSecond(time, number => grains[0].Echo(number)),
                await PerSecond(time, number => grains[number % Grains].Echo(number)),
                await PerSecond(number => number < NewGrains, number => engine.GetGrain<IEchoGrain>(Load.Numbered(Load.Numbered("n", turn), number)).Echo(number)));

            await Turn(0, round / 2); // What is slow once only is over then.
            var speeds = new List<CallSpeeds>();
            for (var turn = 1; turn <= turns; turn++) speeds.Add(await Turn(turn, round));
            return CallSpeeds.Middle(speeds);
        }
    }

    private static Task<double> PerSecond(TimeSpan time, Func<int, Task<int>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        return PerSecond(_ => TimeProvider.System.GetElapsedTime(started) < time, call);
    }

    private static async Task<double> PerSecond(Func<int, bool> goesOn, Func<int, Task<int>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (var number = caller; goesOn(number); number += Callers, count++)
            {
                if (await call(number) != number) throw new InvalidOperationException("A call was answered with another's answer.");
            }

            return count;
        })));
        return made.Sum() / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
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

/// <param name="Posted">Work items a second, without a grain.</param>
/// <param name="One">Calls a second of one grain.</param>
/// <param name="Many">Calls a second of many grains.</param>
/// <param name="New">Grains a second that are made, and called once.</param>
internal sealed record CallSpeeds(double Posted, double One, double Many, double New)
{
    public static CallSpeeds Middle(IReadOnlyCollection<CallSpeeds> turns) =>
        new(Measured.Middle(turns, s => s.Posted), Measured.Middle(turns, s => s.One), Measured.Middle(turns, s => s.Many), Measured.Middle(turns, s => s.New));

    /// <summary>From <see cref="ToString"/>, which another process has printed.</summary>
    public static CallSpeeds Parse(string text) => text.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray() is [var posted, var one, var many, var fresh]
        ? new(posted, one, many, fresh)
        : throw new FormatException($"These are not four figures: {text}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Posted:0} {One:0} {Many:0} {New:0}");
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
