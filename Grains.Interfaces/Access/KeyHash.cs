using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace VideoGen.Access;

/// <summary>The SHA-256 of an API key: all that is stored of it. Compared in constant time.</summary>
public sealed class KeyHash : IEquatable<KeyHash>
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private readonly byte[] bytes;

    /// <param name="bytes"><see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public KeyHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        this.bytes = bytes.ToArray();
    }

    /// <summary>Its bytes, for the database.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Reads 64 hexadecimal digits, as <c>sha256sum</c> writes them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, [NotNullWhen(true)] out KeyHash? hash)
    {
        hash = hex is { Length: 2 * Length } && hex.All(char.IsAsciiHexDigit) ? new(Convert.FromHexString(hex)) : null;
        return hash is not null;
    }

    /// <inheritdoc/>
    public bool Equals(KeyHash? other) => other is not null && CryptographicOperations.FixedTimeEquals(bytes, other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KeyHash);

    /// <inheritdoc/>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(bytes); // As good as any: every bit of it is chance.

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(bytes);
}
