namespace VideoGen.Quotas;

/// <summary>How much of a quota is used now.</summary>
/// <param name="Of"><c>user</c> or <c>run</c>.</param>
/// <param name="Used">Videos that count now.</param>
/// <param name="Limit">The most that may.</param>
/// <param name="NextAt">From when another one is possible; null where one is now, or where time does not help.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.QuotaLine")]
public sealed record QuotaLine([property: Id(0)] string Of, [property: Id(1)] int Used, [property: Id(2)] int Limit, [property: Id(3)] DateTimeOffset? NextAt);
