using System.Globalization;
using System.Security.Cryptography;
using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>What the commands and the operator's routes have in common where keys are made.</summary>
internal static class KeyDesk
{
    /// <summary>What scopes have to be, to end a sentence with.</summary>
    public static readonly string ScopesRule = $"some of {string.Join(", ", KeyScopeWords.All)}, each once";

    /// <summary>What a key's name has to be.</summary>
    public static readonly string NameRule = string.Create(CultureInfo.InvariantCulture, $"one line of 1 to {NewKey.MaxName} characters");

    /// <summary>For how many seconds an old key may be kept.</summary>
    public static readonly string KeepRule = string.Create(
        CultureInfo.InvariantCulture, $"a whole number of seconds from 0 to {(long)IClientBook.LongestKeep.TotalSeconds}; without it, {(long)IClientBook.UsualKeep.TotalSeconds}, which is a day");

    public static readonly string TooMany = string.Create(CultureInfo.InvariantCulture, $"{IClientBook.MaxKeys} keys are in force, and more cannot be: revoke those that nobody uses.");

    /// <summary>A new key from a cryptographic source.</summary>
    public static ApiKey Draw() => ApiKey.From(RandomNumberGenerator.GetString(ApiKey.Alphabet, ApiKey.SecretLength));

    /// <summary>By what a key is looked for: who pastes the whole of it means that key.</summary>
    public static string Which(string given) => ApiKey.TryParse(given, out var whole) ? whole.Prefix : given;

    /// <summary>How long a key is kept that another takes the place of; null where the number is none.</summary>
    public static TimeSpan? Keep(long seconds) => seconds >= 0 && seconds <= IClientBook.LongestKeep.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Why a key cannot be rotated, in a sentence.</summary>
    public static string WhyNot(StoredKey key) => key switch
    {
        { RevokedAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"Key {key.Id} ({key.Prefix}) was revoked at {at:u}: make a new one."),
        { RotatedTo: { } next, InForce: true, ExpiresAt: { } until } => string.Create(CultureInfo.InvariantCulture, $"Key {key.Id} ({key.Prefix}) was rotated already: {next} has its place, and it works until {until:u}. Rotate {next}."),
        { RotatedTo: { } next, ExpiresAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"Key {key.Id} ({key.Prefix}) was rotated already, and has expired at {at:u}: {next} has its place. Rotate {next}."),
        _ => string.Create(CultureInfo.InvariantCulture, $"Key {key.Id} ({key.Prefix}) is not in force any more: make a new one."),
    };
}
