using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGen.Silo.Providers.Kling;

/// <summary>
/// The token of Kling's API: a JWT (RFC 7519) signed with HS256, issued by the access key, valid from 5 seconds ago for half an hour, as its
/// documentation says. One is made for each call: it costs less than a cache would.
/// </summary>
internal static class KlingToken
{
    private static readonly TimeSpan _validFor = TimeSpan.FromMinutes(30), _validSince = TimeSpan.FromSeconds(5);
    private static readonly string _head = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public static string Sign(string accessKey, string secretKey, DateTimeOffset now)
    {
        var issuer = JsonEncodedText.Encode(accessKey);
        var claims = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iss":"{{issuer}}","exp":{{(now + _validFor).ToUnixTimeSeconds()}},"nbf":{{(now - _validSince).ToUnixTimeSeconds()}}}""");
        var signed = $"{_head}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secretKey), Encoding.ASCII.GetBytes(signed)))}";
    }
}
