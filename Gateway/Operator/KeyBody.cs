using VideoGen.Access;

namespace VideoGen.Gateway.Operator;

/// <summary>A key as people and programs see it: never its text, and never its hash.</summary>
/// <param name="Plan">Its client's.</param>
/// <param name="State"><c>in_force</c>; <c>expiring</c>, in force until <paramref name="ExpiresAt"/>; <c>expired</c>; or <c>revoked</c>.</param>
/// <param name="LastUsedAt">To the minute; null where it never was.</param>
/// <param name="RotatedTo">The prefix of the key that has taken its place.</param>
internal sealed record KeyBody(
    long Id, string Prefix, string Client, string Plan, string? Name, IReadOnlyList<string> Scopes, string State,
    DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt, string? RotatedTo, DateTimeOffset? RevokedAt)
{
    public static KeyBody Of(StoredKey key) => new(
        key.Id, key.Prefix, key.Client, key.Plan ?? ClientPlan.Default, key.Name, key.Scopes.Words(),
        key switch { { RevokedAt: not null } => "revoked", { InForce: false } => "expired", { ExpiresAt: not null } => "expiring", _ => "in_force" },
        key.CreatedAt, key.LastUsedAt, key.ExpiresAt, key.RotatedTo, key.RevokedAt);
}

/// <summary>A page of keys.</summary>
/// <param name="Keys">Those in force first, each part by client and age.</param>
/// <param name="More">Whether there are more than one answer shows.</param>
internal sealed record KeyListBody(IReadOnlyList<KeyBody> Keys, bool More);

/// <summary>A key that was made.</summary>
/// <param name="Key">The whole of it: shown this once.</param>
/// <param name="Made">What is kept of it.</param>
/// <param name="Rotated">The key whose place it has taken; null for none.</param>
internal sealed record MadeKeyBody(string Key, KeyBody Made, KeyBody? Rotated);
