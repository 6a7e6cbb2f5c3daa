using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using VideoGen.Access;

namespace VideoGen.Requests;

/// <summary>
/// The identity of a request, and so its deduplication: a hash of who asks for which prompt.
/// Model, size and seconds are not in it: the same prompt with other options is a question, not another payment.
/// </summary>
public static partial class VideoRequestKey
{
    /// <summary>The version of these rules that this code knows. Which one is in force is a row in <c>installation</c>.</summary>
    public const int CurrentRules = 1;

    private const string Prefix = "v-"; // Not a hex digit, so no storage provider takes a key for a number or a Guid.

    /// <summary>The grain key: <c>v-</c> and 52 characters of base32.</summary>
    /// <param name="rules">The version of the rules, from the installation.</param>
    /// <param name="owner">Who asks.</param>
    /// <param name="prompt">The canonical prompt, see <see cref="VideoPrompt"/>.</param>
    /// <param name="variation">0 for the video itself; a higher number is a deliberate other take.</param>
    /// <param name="remixOf">The video that it is made from.</param>
    /// <param name="input">The picture that guides it.</param>
    /// <exception cref="ArgumentOutOfRangeException">This code does not know that version of the rules.</exception>
    public static string For(int rules, Owner owner, string prompt, int variation = 0, VideoId? remixOf = null, InputFile? input = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rules, CurrentRules);
        // Every ask comes here: one buffer and one hash cost half of what an incremental hash does.
        var fields = new ArrayBufferWriter<byte>(initialCapacity: 256);
        Add(fields, rules.ToString(CultureInfo.InvariantCulture));
        Add(fields, owner.Client);
        Add(fields, owner.User);
        Add(fields, prompt);
        Add(fields, input?.Sha256 ?? "");
        Add(fields, remixOf?.ToString() ?? "");
        Add(fields, variation.ToString(CultureInfo.InvariantCulture));
        return Prefix + Base32(SHA256.HashData(fields.WrittenSpan));
    }

    /// <summary>The key of the request that this ask is for.</summary>
    /// <inheritdoc cref="For(int, Owner, string, int, VideoId?, InputFile?)"/>
    public static string For(int rules, VideoAsk ask) => For(rules, ask.Owner, ask.Prompt, ask.Variation, ask.RemixOf, ask.Input);

    /// <summary>Whether the text has the form of a key.</summary>
    public static bool IsKey(string text) => Keys().IsMatch(text);

    // Length first: no two lists of fields give the same bytes.
    private static void Add(ArrayBufferWriter<byte> fields, string field)
    {
        var length = Encoding.UTF8.GetByteCount(field);
        BinaryPrimitives.WriteInt32BigEndian(fields.GetSpan(sizeof(int)), length);
        fields.Advance(sizeof(int));
        fields.Advance(Encoding.UTF8.GetBytes(field, fields.GetSpan(length)));
    }

    private static string Base32(byte[] bytes)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648, lower case, no padding.
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        int buffer = 0, bits = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(alphabet[(buffer >> bits) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        if (bits > 0) text.Append(alphabet[(buffer << (5 - bits)) & 31]);
        return text.ToString();
    }

    [GeneratedRegex(@"\Av-[a-z2-7]{52}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Keys();
}
