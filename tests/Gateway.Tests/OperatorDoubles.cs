using System.Collections.Concurrent;
using VideoGen.Budgets;
using VideoGen.Reports;

namespace VideoGen.Gateway.Tests;

/// <summary>Costs that a test wrote down; remembers what was asked for.</summary>
internal sealed class ScriptedCosts : ICostBook
{
    public IReadOnlyList<CostLine> Lines { get; set; } = [];

    public ConcurrentQueue<CostQuery> Queries { get; } = new();

    public Task<IReadOnlyList<CostLine>> Costs(CostQuery query, CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        return Task.FromResult<IReadOnlyList<CostLine>>([.. Lines.Take(query.Limit)]);
    }
}

/// <summary>Dead letters that a test wrote down; remembers what was asked for.</summary>
internal sealed class ScriptedDeadLetters : IDeadLetterBook
{
    public IReadOnlyList<DeadLetter> Letters { get; set; } = [];

    public RequestHistory? Known { get; set; }

    public ConcurrentQueue<DeadLetterQuery> Queries { get; } = new();

    public Task<IReadOnlyList<DeadLetter>> List(DeadLetterQuery query, CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        return Task.FromResult<IReadOnlyList<DeadLetter>>([.. Letters.Take(query.Limit)]);
    }

    public Task<RequestHistory?> History(string requestKey, CancellationToken cancellationToken) => Task.FromResult(Known?.RequestKey == requestKey ? Known : null);
}

/// <summary>Pauses in memory, without an end by time.</summary>
internal sealed class MemoryPauses : IPauses
{
    private readonly ConcurrentDictionary<(string, PauseKind), Pause> pauses = new();

    /// <summary>Completes when one is in force.</summary>
    public TaskCompletionSource<Pause> WasSet { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Reachable { get; set; } = true;

    public IReadOnlyList<Pause> Known => [.. pauses.Values];

    public Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Pause>> Read(CancellationToken cancellationToken) => Answered(() => Known);

    public Task Set(Pause pause, CancellationToken cancellationToken) => Answered(() =>
    {
        pauses[(pause.Scope, pause.Kind)] = pause;
        return WasSet.TrySetResult(pause);
    });

    public Task<IReadOnlyList<Pause>> Lift(string scope, CancellationToken cancellationToken) => Answered(() =>
    {
        var lifted = Known.Where(p => p.Scope == scope).ToArray();
        foreach (var pause in lifted) pauses.TryRemove((pause.Scope, pause.Kind), out _);
        return (IReadOnlyList<Pause>)lifted;
    });

    private Task<T> Answered<T>(Func<T> answer) => Reachable ? Task.FromResult(answer()) : Task.FromException<T>(new IOException("secret inner text"));
}

/// <summary>Videos that a test wrote down; remembers what was asked for.</summary>
internal sealed class ScriptedSearch : IVideoSearch
{
    public IReadOnlyList<FoundVideo> Found { get; set; } = [];

    public ConcurrentQueue<VideoQuery> Queries { get; } = new();

    public Task<IReadOnlyList<FoundVideo>> Find(VideoQuery query, CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        return Task.FromResult<IReadOnlyList<FoundVideo>>([.. Found.Take(query.Limit)]);
    }
}

/// <summary>Numbers that a test wrote down; counts how often they are read.</summary>
internal sealed class ScriptedCounts : IOverviewBook
{
    private int reads;

    public OverviewCounts Now { get; set; } = new(0, 0, 0, 0, new(0, 0, 0, 0, 0), new(0, 0, 0, 0, 0), new(null, null, null, null));

    /// <summary>What goes wrong; null for nothing.</summary>
    public Exception? Trouble { get; set; }

    public int Reads => reads;

    public Task<OverviewCounts> Counts(DateTimeOffset today, DateTimeOffset lately, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return Trouble is { } trouble ? Task.FromException<OverviewCounts>(trouble) : Task.FromResult(Now);
    }
}

/// <summary>Sweeps that end when a test says so.</summary>
internal sealed class ScriptedSweeps : ISweeps
{
    public TaskCompletionSource<SweepReport> Report { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SweepReport> Now() => Report.Task;
}
