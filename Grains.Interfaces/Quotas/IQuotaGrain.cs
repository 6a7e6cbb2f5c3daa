namespace VideoGen.Quotas;

/// <summary>One user's quota: so many videos in a rolling window, and a pause between two. Key: <c>u-</c>client/user.</summary>
[Alias("VideoGen.IQuotaGrain")]
public interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>Reserves one video. Idempotent by (request, round); a release that came first refuses it.</summary>
    [AlwaysInterleave, Alias("Reserve")]
    Task<QuotaVerdict> Reserve(string requestKey, int round);

    /// <summary>Says what became of a reservation: it counts, or it is given back as if it never was. Idempotent, in any order.</summary>
    /// <param name="requestKey">The request.</param>
    /// <param name="round">Its round.</param>
    /// <param name="counts">Whether it became a payment.</param>
    /// <param name="asked">When the round was asked for.</param>
    [AlwaysInterleave, Alias("Settle")]
    Task Settle(string requestKey, int round, bool counts, DateTimeOffset asked);

    /// <summary>What <see cref="Reserve"/> would be refused with now; null where it would not be. Changes nothing, and may be a moment old.</summary>
    [AlwaysInterleave, Alias("Peek")]
    Task<Requests.Refusal?> Peek();
}

/// <summary>The key of a user's <see cref="IQuotaGrain"/>.</summary>
public static class QuotaKey
{
    /// <param name="owner">As <see cref="Access.Owner.ToString"/>.</param>
    public static string For(string owner) => Prefix + owner;

    /// <summary>Whose quota a key names: the inverse of <see cref="For"/>.</summary>
    /// <exception cref="FormatException">It is not such a key.</exception>
    public static Access.Owner OwnerOf(string key) => Access.Owner.Parse(key[Prefix.Length..]);

    private const string Prefix = "u-"; // Not a hex digit first, so no storage provider takes a key for a number or a Guid.
}

/// <summary>Whether a video may be reserved.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.QuotaVerdict")]
public abstract record QuotaVerdict
{
    private QuotaVerdict() { }

    /// <summary>It is reserved.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.QuotaVerdict.Reserved")]
    public sealed record Reserved : QuotaVerdict;

    /// <summary>It is not, and nothing is held.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.QuotaVerdict.Refused")]
    public sealed record Refused([property: Id(0)] Requests.Refusal Refusal) : QuotaVerdict;
}
