namespace VideoGen.Access;

/// <summary>
/// The clients of this installation and their keys, read ahead into memory: no call waits for the database, and no number of
/// wrong keys reaches it.
/// </summary>
public interface IClientKeys
{
    /// <summary>After this long a key that was made works, and one that was revoked or has expired does not: 5 s.</summary>
    static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>As they were when they were last read, however long ago. Enough for plans; who may call is told from <see cref="Fresh"/>.</summary>
    KnownClients Latest { get; }

    /// <summary>
    /// As they were at most <see cref="MaxAge"/> ago. Null where the database has not answered for that long: then nobody can be
    /// let in, for any key may have been revoked. Waits for the database only then, and not long.
    /// </summary>
    ValueTask<KnownClients?> Fresh(CancellationToken cancellationToken);

    /// <summary>The key was used now. Written down later, to the minute. Never waits, never throws.</summary>
    void Used(KnownKey key);
}

/// <summary>One key that is in force.</summary>
/// <param name="Id">Its number; null for one of the configuration, of which no use is written down.</param>
/// <param name="Client">Whose it is, see <see cref="Owner.Client"/>.</param>
/// <param name="Hash">What is known of it.</param>
/// <param name="Scopes">What it may do.</param>
public sealed record KnownKey(long? Id, string Client, KeyHash Hash, KeyScopes Scopes = KeyScopeWords.Usual);

/// <summary>All clients and keys at one moment. Never changes.</summary>
/// <param name="keys">The keys in force.</param>
/// <param name="plans">The plan of each client that has one of its own.</param>
/// <param name="keysExist">Whether there ever was a key, in force or revoked.</param>
public sealed class KnownClients(IEnumerable<KnownKey> keys, IReadOnlyDictionary<string, string> plans, bool keysExist)
{
    // By hash: how long the search takes says nothing about a key, only about a hash that nobody can steer.
    private readonly Dictionary<KeyHash, KnownKey> byHash = keys.ToDictionary(k => k.Hash);

    /// <summary>
    /// Whether calls need a key. True for ever after the first one: revoking the last key closes the door instead of opening it
    /// to whoever is on this machine.
    /// </summary>
    public bool KeysExist => keysExist;

    /// <summary>The key with that hash; null where none is in force.</summary>
    public KnownKey? Find(KeyHash hash) => byHash.GetValueOrDefault(hash);

    /// <summary>The name of the client's plan; null where it has the default one.</summary>
    public string? PlanOf(string client) => plans.GetValueOrDefault(client);
}
