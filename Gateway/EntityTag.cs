using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace VideoGen.Gateway;

/// <summary>A name for an answer's content (RFC 9110, section 8.8.3): the same bytes have the same name, at every process.</summary>
internal static class EntityTag
{
    private const int Bytes = 12;

    /// <summary>Without quotes.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..Bytes]);
    }

    /// <summary>Whether <c>If-None-Match</c> has it: in a list, as a weak one, or as <c>*</c>.</summary>
    /// <param name="header">The header, as often as it was sent.</param>
    /// <param name="tag">Without quotes.</param>
    public static bool IsIn(StringValues header, string tag) =>
        header.SelectMany(line => (line ?? "").Split(',')).Select(one => one.Trim()).Any(one => one == "*" || (one.StartsWith("W/", StringComparison.Ordinal) ? one[2..] : one) == $"\"{tag}\"");
}
