namespace VideoGen.Engine.Conformance.Grains;

public interface ITurnGrain : IGrainWithStringKey
{
    Task Alone(string gate);

    [AlwaysInterleave]
    Task Interleaved(string gate);

    [ReadOnly]
    Task Read(string gate);

    Task<int> CountSlowly(int times);

    Task<int> Answer();

    Task<string> Scheduler();
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Run(string gate);
}

internal sealed class TurnGrain(Script script) : Grain, ITurnGrain
{
    private int _count;

    public Task Alone(string gate) => Run(gate);

    public Task Interleaved(string gate) => Run(gate);

    public Task Read(string gate) => Run(gate);

    public async Task<int> CountSlowly(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var seen = _count;
            await Task.Yield();
            _count = seen + 1;
        }

        return _count;
    }

    public Task<int> Answer() => Task.FromResult(_count);

    public async Task<string> Scheduler()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        await Task.Run(() => 0);
        return before == TaskScheduler.Current && before != TaskScheduler.Default ? "own" : "foreign";
    }

    private async Task Run(string gate)
    {
        script.Note($"begin {gate}");
        await script.Wait(gate);
        script.Note($"end {gate}");
    }
}

[Reentrant]
internal sealed class ReentrantGrain(Script script) : Grain, IReentrantGrain
{
    public async Task Run(string gate)
    {
        script.Note($"begin {gate}");
        await script.Wait(gate);
    }
}
