using VideoGen.Requests;

namespace VideoGen.Reports;

/// <summary>What is on its way, and what it holds in money: read off the documents and the ledger, never a second copy.</summary>
public interface ILiveBook
{
    /// <summary>Rounds that have not ended, by when their request was first asked for; those not admitted yet among them.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<LiveRound>> Live(LiveQuery query, CancellationToken cancellationToken);

    /// <summary>What the ledger has of these rounds, with their jobs that nobody waits for. One that it never heard of is missing.</summary>
    /// <param name="ids">The rounds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<VideoId, HeldMoney>> Money(IReadOnlyCollection<VideoId> ids, CancellationToken cancellationToken);
}

/// <summary>Which live rounds. What is null keeps nothing out.</summary>
/// <param name="Client">Whose, see <see cref="Access.Owner"/>.</param>
/// <param name="User">Whose of that client's.</param>
/// <param name="Account">The provider account that they are, or will be, sent to.</param>
/// <param name="Run">The agent's run that asked for them.</param>
/// <param name="Limit">The most to answer.</param>
public sealed record LiveQuery(string? Client, string? User, string? Account, string? Run, int Limit);

/// <summary>A round that has not ended.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Owner">Whose it is.</param>
public sealed record LiveRound(VideoId Id, Access.Owner Owner);

/// <summary>What became of a round's money, US dollars.</summary>
/// <param name="ReservedUsd">Held for what is on its way.</param>
/// <param name="SpentUsd">Paid.</param>
/// <param name="ReleasedUsd">Of what was reserved: given back.</param>
/// <param name="AtRiskUsd">Held because nobody knows whether it was paid.</param>
public sealed record HeldMoney(decimal ReservedUsd, decimal SpentUsd, decimal ReleasedUsd, decimal AtRiskUsd)
{
    /// <summary>No money at all.</summary>
    public static readonly HeldMoney None = new(0, 0, 0, 0);

    public static HeldMoney operator +(HeldMoney a, HeldMoney b) =>
        new(a.ReservedUsd + b.ReservedUsd, a.SpentUsd + b.SpentUsd, a.ReleasedUsd + b.ReleasedUsd, a.AtRiskUsd + b.AtRiskUsd);
}
