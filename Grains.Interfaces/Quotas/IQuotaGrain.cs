namespace VideoGen.Quotas;

/// <summary>One user's quota: so many videos in a rolling window, and a pause between two. Key: <c>u-</c>client/user.</summary>
[Alias("VideoGen.IQuotaGrain")]
public interface IQuotaGrain : IReservations;

/// <summary>The key of a user's <see cref="IQuotaGrain"/>.</summary>
public static class QuotaKey
{
    /// <param name="owner">As <see cref="Access.Owner.ToString"/>.</param>
    public static string For(string owner) => $"u-{owner}"; // Not a hex digit first, so no storage provider takes a key for a number or a Guid.
}
