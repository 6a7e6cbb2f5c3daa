using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// The addresses that a provider is given to call back to, one for each attempt. The last part of one is the attempt's mark and a proof that
/// we wrote it: HMAC-SHA256 of the mark under a key that is made of the account's webhook secret. So nobody can guess one, and nothing has to
/// be stored to know one again. It prints without its secret.
/// </summary>
/// <param name="door">Where this service is, as the provider reaches it; ends with a slash.</param>
/// <param name="secret">The secret of the account's webhooks.</param>
internal sealed class CallbackAddress(Uri door, byte[] secret)
{
    /// <summary>Not in any mark, and as it is in an address.</summary>
    private const char Between = '~';

    // A key of its own: what the provider signs with the secret can never be one of these proofs.
    private readonly byte[] _key = HMACSHA256.HashData(secret, "videogen callback address 1"u8);

    /// <summary>What the provider signs its calls with.</summary>
    public byte[] Secret => secret;

    /// <summary>The address for one attempt.</summary>
    /// <param name="account">The provider account, as the door calls it.</param>
    /// <param name="mark">The attempt's mark.</param>
    public Uri Of(string account, string mark) => new(door, $"webhooks/{account}/{TokenOf(mark)}");

    /// <summary>The mark in the last part of an address that we gave out; null where we did not. Compared in constant time.</summary>
    public string? MarkIn(string token)
    {
        if (token.LastIndexOf(Between) is not (> 0 and var end)) return null;
        var mark = token[..end];
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(TokenOf(mark)), Encoding.UTF8.GetBytes(token)) ? mark : null;
    }

    /// <summary>The same for a whole address, wherever our door was when it was given out.</summary>
    public string? MarkOf(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) ? MarkIn(Uri.UnescapeDataString(uri.Segments[^1])) : null;

    public override string ToString() => $"{door}";

    private string TokenOf(string mark) => $"{mark}{Between}{Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(mark)))}";
}
