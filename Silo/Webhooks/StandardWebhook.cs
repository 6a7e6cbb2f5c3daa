using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VideoGen.Silo.Webhooks;

/// <summary>
/// How messages are signed, ours and those that we get, as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over id, time and body, with a secret
/// that is written <c>whsec_</c> and 24 to 64 bytes in base64.
/// </summary>
internal static class StandardWebhook
{
    /// <summary>How far the time of a message may be from ours, into the past and into the future: as the reference implementations have it.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string SecretPrefix = "whsec_", Version = "v1,";

    private const int MostSignatures = 16; // Two while a secret is changed; the others are somebody's attempt.

    /// <summary>The bytes of a secret; null where that is none.</summary>
    public static byte[]? SecretOf(string? text)
    {
        if (text is null || !text.StartsWith(SecretPrefix, StringComparison.Ordinal)) return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text[SecretPrefix.Length..], bytes, out var length) && length is >= 24 and <= 64 ? bytes[..length] : null;
    }

    /// <summary>What stands in <c>webhook-signature</c>.</summary>
    /// <param name="secret">The bytes of the secret.</param>
    /// <param name="id">What stands in <c>webhook-id</c>.</param>
    /// <param name="timestamp">What stands in <c>webhook-timestamp</c>: Unix seconds.</param>
    /// <param name="body">The whole body.</param>
    public static string Sign(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body) =>
        Version + Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));

    /// <summary>Whether one of the signatures is right. How long that takes says nothing of how much of one was.</summary>
    public static bool IsSigned(byte[] secret, string? id, string? timestamp, ReadOnlySpan<byte> body, string? signatures)
    {
        if (id is not { Length: > 0 } || timestamp is not { Length: > 0 } || signatures is null) return false;
        var right = Encoding.ASCII.GetBytes(Sign(secret, id, timestamp, body));
        var isRight = false;
        foreach (var sent in signatures.Split(' ').Take(MostSignatures)) isRight |= CryptographicOperations.FixedTimeEquals(right, Encoding.UTF8.GetBytes(sent));
        return isRight;
    }

    /// <summary>Whether a message was sent about now: an older one may be one that somebody has kept.</summary>
    public static bool IsFresh(string? timestamp, DateTimeOffset now) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds < _latest && (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= Tolerance;

    private static readonly long _latest = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
}
