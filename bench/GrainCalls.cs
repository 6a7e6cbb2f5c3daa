using Microsoft.Extensions.DependencyInjection;
using VideoGen.Engine;

namespace VideoGen.Bench;

/// <summary>How fast the engine alone is: calls of a grain that does nothing, beside the least that any such call needs.</summary>
internal static class GrainCalls
{
    private const int Callers = 64, Grains = 1_000, Turns = 3;

    public static async Task Measure(TimeSpan round)
    {
        var services = new ServiceCollection();
        services.AddEmbeddedEngine(engine => engine.AddGrain(typeof(EchoGrain)));
        await using var provider = services.BuildServiceProvider();
        var engine = provider.GetRequiredService<EmbeddedEngine>();
        await engine.StartAsync();
        var grains = Enumerable.Range(0, Grains).Select(number => engine.Grains.GetGrain<IEchoGrain>(Load.Numbered("e", number))).ToArray();

        Func<int, Task<int>> posted = Posted.Run, one = number => grains[0].Echo(number), many = number => grains[number % Grains].Echo(number);
        foreach (var call in (Func<int, Task<int>>[])[posted, one, many]) await PerSecond(round / 2, call);
        List<double> bounds = [], ones = [], manies = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            bounds.Add(await PerSecond(round, posted));
            ones.Add(await PerSecond(round, one));
            manies.Add(await PerSecond(round, many));
        }

        await engine.StopAsync();
        var bound = Middle(bounds);
        FormattableString beside = $"a work item posted to the thread pool and its answer awaited: {bound:0}/s";
        Table.Row($"calls of one grain, {Callers} callers, no HTTP and no storage", $"{Middle(ones):0}/s", beside, Middle(ones) / bound);
        Table.Row($"calls of {Grains} grains, likewise", $"{Middle(manies):0}/s", beside, Middle(manies) / bound);
    }

    private static double Middle(List<double> rounds) => rounds.Order().ElementAt(rounds.Count / 2);

    private static async Task<double> PerSecond(TimeSpan time, Func<int, Task<int>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (; TimeProvider.System.GetElapsedTime(started) < time; count++)
            {
                var number = caller + (count * Callers);
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

/// <summary>The bench's own grain.</summary>
public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> Echo(int number);
}

internal sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> Echo(int number) => Task.FromResult(number);
}
