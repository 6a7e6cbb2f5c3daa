using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace VideoGen.Access;

/// <summary>
/// What a client proves itself with: <c>vg_</c>, 40 characters of chance, 6 of checksum, all of 0-9 A-Z a-z. It is shown once, when
/// it is made; stored and compared is only its <see cref="KeyHash"/>. Its <see cref="ToString"/> is its prefix, so that no log gets it.
/// </summary>
public sealed partial class ApiKey
{
    /// <summary>How many characters of chance a key has: 238 bits, of which 190 are not in its prefix.</summary>
    public const int SecretLength = 40;

    /// <summary>What they are drawn from: no sign at which a double click or a shell would stop.</summary>
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private const string Mark = "vg_";
    private const int ChecksumLength = 6;
    private const int ShownLength = 8;

    private readonly string text;

    private ApiKey(string text) => this.text = text;

    /// <summary>The beginning, by which people call a key: <c>vg_</c> and 8 characters. Says nothing about the rest.</summary>
    public string Prefix => text[..(Mark.Length + ShownLength)];

    /// <summary>
    /// What is stored. One round of SHA-256 and no salt: those slow down guessing what people choose, and nobody guesses 238 bits of
    /// chance. A fast hash lets every call be checked.
    /// </summary>
    public KeyHash Hash => new(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    /// <summary>A new key.</summary>
    /// <param name="secret"><see cref="SecretLength"/> characters of <see cref="Alphabet"/>, drawn from a cryptographic source.</param>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static ApiKey From(string secret)
    {
        var head = Mark + secret;
        return TryParse(head + Checksum(head), out var key) ? key : throw new ArgumentException($"A key is made of {SecretLength} characters of {Alphabet}.", nameof(secret));
    }

    /// <summary>
    /// Whether the text is a whole key. A cut or mistyped one is told by its checksum (CRC-32C of all before it, as six base-62
    /// digits), without asking anybody; so is one that a scanner finds where none should be.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = text is not null && Keys().IsMatch(text) && text.EndsWith(Checksum(text[..^ChecksumLength]), StringComparison.Ordinal) ? new(text) : null;
        return key is not null;
    }

    /// <summary>Whether a key stands in this text, whole and valid. For what would otherwise be logged or stored.</summary>
    public static bool IsIn(string text) => text.Contains(Mark, StringComparison.Ordinal) && Candidates().Matches(text).Any(m => TryParse(m.Value, out _));

    /// <summary>The whole key: for the one place that shows it to its holder.</summary>
    public string Reveal() => text;

    /// <summary>The prefix alone.</summary>
    public override string ToString() => Prefix;

    private static string Checksum(string head)
    {
        var crc = uint.MaxValue;
        foreach (var character in head) crc = BitOperations.Crc32C(crc, (byte)character);
        crc = ~crc;
        var digits = new char[ChecksumLength];
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = Alphabet[(int)(crc % (uint)Alphabet.Length)];
            crc /= (uint)Alphabet.Length;
        }

        return new(digits);
    }

    [GeneratedRegex(@"\Avg_[0-9A-Za-z]{46}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Keys();

    [GeneratedRegex("vg_[0-9A-Za-z]{46}", RegexOptions.NonBacktracking)]
    private static partial Regex Candidates();
}
