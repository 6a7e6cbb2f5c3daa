namespace VideoGen.Quotas;

/// <summary>One user's quota: so many videos in a rolling window, and a pause between two. Key: <c>u-</c>client/user.</summary>
[Alias("VideoGen.IQuotaGrain")]
public interface IQuotaGrain : IReservations;

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
