using System.Diagnostics.CodeAnalysis;

namespace VideoGen.Access;

/// <summary>Clients and their keys, as an operator sees and changes them. What is changed is known to every host <see cref="IClientKeys.MaxAge"/> later.</summary>
public interface IClientBook
{
    /// <summary>The most keys that may be in force: every host has all of them in memory.</summary>
    const int MaxKeys = 10_000;

    /// <summary>How long a key may stay in force that another has taken the place of.</summary>
    static readonly TimeSpan LongestKeep = TimeSpan.FromDays(30);

    /// <summary>How long it does where nobody says so.</summary>
    static readonly TimeSpan UsualKeep = TimeSpan.FromHours(24);

    /// <summary>Stores a new key, and its client where it has none yet. The same key again is the same one, as it was.</summary>
    /// <param name="key">The key.</param>
    /// <param name="plan">The plan that the client gets; null leaves it as it is, an empty text is the default plan.</param>
    /// <param name="cancellationToken">Ends the wait; the key may be stored then, and storing it again is safe.</param>
    /// <returns>The key; null where <see cref="MaxKeys"/> are in force.</returns>
    Task<StoredKey?> Create(NewKey key, string? plan, CancellationToken cancellationToken);

    /// <summary>Keys of the database, those in force first, each part by client and age. Keys by configuration are not among them.</summary>
    /// <param name="client">Whose; null for everybody's.</param>
    /// <param name="limit">The most to answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredKey>> Keys(string? client, int limit, CancellationToken cancellationToken);

    /// <summary>Puts another key in the place of one, with its client, scopes and name. The old one stays in force for a while. Twice with the same new one is once.</summary>
    /// <param name="prefixOrId">The old one's prefix or number.</param>
    /// <param name="prefix">The new one's prefix.</param>
    /// <param name="hash">The new one's hash.</param>
    /// <param name="keepFor">How long the old one stays in force, from 0 to <see cref="LongestKeep"/>.</param>
    /// <param name="cancellationToken">Ends the wait; it may be done then, and doing it again is safe.</param>
    Task<RotateAnswer> Rotate(string prefixOrId, string prefix, KeyHash hash, TimeSpan keepFor, CancellationToken cancellationToken);

    /// <summary>Takes a key out of force, for ever. One that is revoked stays as it was.</summary>
    /// <param name="prefixOrId">Its prefix or its number.</param>
    /// <param name="cancellationToken">Ends the wait; the key may be revoked then.</param>
    /// <returns>The key; null where there is none.</returns>
    Task<StoredKey?> Revoke(string prefixOrId, CancellationToken cancellationToken);

    /// <summary>All clients of the database and of the configuration, by name.</summary>
    Task<IReadOnlyList<StoredClient>> Clients(CancellationToken cancellationToken);

    /// <summary>Gives a client of the database a plan.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="plan">The plan; an empty text is the default one.</param>
    /// <param name="cancellationToken">Ends the wait; it may have it then.</param>
    /// <returns>The client; null where there is none in the database.</returns>
    Task<StoredClient?> SetPlan(string client, string plan, CancellationToken cancellationToken);
}

/// <summary>A key that is to be stored. Of its text there is only the hash.</summary>
/// <param name="Client">Whose it is.</param>
/// <param name="Prefix">Its first characters.</param>
/// <param name="Hash">What is known of it.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Name">What people call it, see <see cref="IsName"/>; null for nothing.</param>
public sealed record NewKey(string Client, string Prefix, KeyHash Hash, KeyScopes Scopes = KeyScopeWords.Usual, string? Name = null)
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxName = 64;

    /// <summary>Whether this can be a key's name: one line of 1 to 64 characters.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) => name is { Length: > 0 and <= MaxName } && !name.Any(char.IsControl);
}

/// <summary>A key as people see it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Prefix">Its first characters.</param>
/// <param name="Client">Whose it is.</param>
/// <param name="Plan">That client's plan; null for the default one.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null where it never was.</param>
/// <param name="RevokedAt">When it was revoked; null where it never was.</param>
public sealed record StoredKey(
    long Id, string Prefix, string Client, string? Plan, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>What it may do.</summary>
    public KeyScopes Scopes { get; init; } = KeyScopeWords.Usual;

    /// <summary>What people call it; null for nothing.</summary>
    public string? Name { get; init; }

    /// <summary>Until when it is in force; null where nothing says so.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The prefix of the key that has taken its place; null where none has.</summary>
    public string? RotatedTo { get; init; }

    /// <summary>Whether it was in force when it was read, by the database's clock.</summary>
    public bool InForce { get; init; } = true;
}

/// <summary>What became of a rotation.</summary>
public abstract record RotateAnswer
{
    private RotateAnswer() { }

    /// <summary>The new key is in force, and the old one until it expires.</summary>
    public sealed record Rotated(StoredKey Old, StoredKey New) : RotateAnswer;

    /// <summary>There is no such key.</summary>
    public sealed record Unknown : RotateAnswer;

    /// <summary>It is not in force any more, or another has its place already. Nothing was changed.</summary>
    public sealed record NotInForce(StoredKey Key) : RotateAnswer;

    /// <summary><see cref="IClientBook.MaxKeys"/> are in force. Nothing was changed.</summary>
    public sealed record TooMany : RotateAnswer;
}

/// <summary>A client as people see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plan">The plan that it is said to have; null for the default one.</param>
/// <param name="IsConfigured">Whether the configuration names it: then it is changed there alone.</param>
/// <param name="CreatedAt">When it was made; null where the database does not have it.</param>
/// <param name="Keys">How many keys of it are in force, that of the configuration among them.</param>
/// <param name="LastUsedAt">When a key of the database was last used, to the minute.</param>
public sealed record StoredClient(string Name, string? Plan, bool IsConfigured, DateTimeOffset? CreatedAt, int Keys, DateTimeOffset? LastUsedAt);
