using System.Collections.Concurrent;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Live rounds and money that a test wrote down; remembers what was asked for.</summary>
internal sealed class ScriptedLive : ILiveBook
{
    /// <summary>What a listing finds, by its number from 0.</summary>
    public Func<int, IReadOnlyList<LiveRound>> OnLive { get; set; } = _ => [];

    public Func<VideoId, HeldMoney?> OnMoney { get; set; } = _ => null;

    public ConcurrentQueue<LiveQuery> Queries { get; } = new();

    public static LiveRound[] Rounds(int count) => [.. Enumerable.Range(1, count).Select(round => new LiveRound(Views.Id with { Round = round }, Views.Local))];

    public Task<IReadOnlyList<LiveRound>> Live(LiveQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = Queries.Count;
        Queries.Enqueue(query);
        return Task.FromResult<IReadOnlyList<LiveRound>>([.. OnLive(number).Take(query.Limit)]);
    }

    public Task<IReadOnlyDictionary<VideoId, HeldMoney>> Money(IReadOnlyCollection<VideoId> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<VideoId, HeldMoney>>(ids.Where(id => OnMoney(id) is not null).ToDictionary(id => id, id => OnMoney(id)!));
}
