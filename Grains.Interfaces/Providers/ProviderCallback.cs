namespace VideoGen.Providers;

/// <summary>
/// A call that came to an address which we gave to a provider with a submit. Nothing of it is believed before the account's adapter has
/// verified it, and it is a hint even then: the provider is asked. The headers are those of Standard Webhooks 1.0.0.
/// </summary>
/// <param name="Token">The last part of the address.</param>
/// <param name="Id">Header <c>webhook-id</c>; null where there is none. The same each time that it is sent again.</param>
/// <param name="Timestamp">Header <c>webhook-timestamp</c>: Unix seconds, when it was sent.</param>
/// <param name="Signature">Header <c>webhook-signature</c>: one signature or several, with spaces between.</param>
/// <param name="Body">The body, to the letter.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.ProviderCallback")]
public sealed record ProviderCallback(
    [property: Id(0)] string Token,
    [property: Id(1)] string? Id,
    [property: Id(2)] string? Timestamp,
    [property: Id(3)] string? Signature,
    [property: Id(4)] string Body)
{
    /// <summary>Without what would let a reader of a log say the same.</summary>
    public override string ToString() => $"a callback of {Body.Length} characters";
}

/// <summary>What became of a callback.</summary>
public enum CallbackVerdict
{
    /// <summary>It is the provider's, and its request was told.</summary>
    Taken,

    /// <summary>There is no such account here that is called back, or nobody was given this address.</summary>
    UnknownAddress,

    /// <summary>It is not signed with the account's secret.</summary>
    NotSigned,

    /// <summary>Its time is too far from ours: it may be one that somebody has kept.</summary>
    NotNow,

    /// <summary>It is signed, and says nothing that is understood.</summary>
    Unreadable,
}
