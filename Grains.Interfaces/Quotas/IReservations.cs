using VideoGen.Requests;

namespace VideoGen.Quotas;

/// <summary>So many videos in a window, and no more: what a user's quota and an agent's run have in common.</summary>
public interface IReservations : IGrainWithStringKey
{
    /// <summary>Reserves one video. Idempotent by (request, round); a release that came first refuses it.</summary>
    [AlwaysInterleave, Alias("Reserve")]
    Task<ReserveVerdict> Reserve(string requestKey, int round);

    /// <summary>Says what became of a reservation: it counts, or it is given back as if it never was. Idempotent, in any order.</summary>
    /// <param name="requestKey">The request.</param>
    /// <param name="round">Its round.</param>
    /// <param name="counts">Whether it became a payment.</param>
    /// <param name="asked">When the round was asked for.</param>
    [AlwaysInterleave, Alias("Settle")]
    Task Settle(string requestKey, int round, bool counts, DateTimeOffset asked);

    /// <summary>What <see cref="Reserve"/> would be refused with now; null where it would not be. Changes nothing, and may be a moment old.</summary>
    [AlwaysInterleave, Alias("Peek")]
    Task<Refusal?> Peek();

    /// <summary>How much of it is used now; may be a moment old.</summary>
    [AlwaysInterleave, Alias("Line")]
    Task<QuotaLine> Line();
}

/// <summary>Whether a video may be reserved.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.ReserveVerdict")]
public abstract record ReserveVerdict
{
    private ReserveVerdict() { }

    /// <summary>It is reserved.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.ReserveVerdict.Reserved")]
    public sealed record Reserved : ReserveVerdict;

    /// <summary>It is not, and nothing is held.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.ReserveVerdict.Refused")]
    public sealed record Refused([property: Id(0)] Refusal Refusal) : ReserveVerdict;
}
