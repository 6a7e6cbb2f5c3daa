using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace VideoGen.Requests;

/// <summary>
/// The canonical form of a prompt: what is hashed into the request's identity and what the provider gets, to the letter.
/// NFC (never NFKC, which changes meaning), CRLF to LF, runs of spaces collapsed, trimmed; case kept.
/// </summary>
public static class VideoPrompt
{
    /// <summary>The most characters (UTF-16 code units, after normalization) of a prompt.</summary>
    public const int MaxLength = 4_000;

    /// <summary>Far above what can shrink to <see cref="MaxLength"/>; longer text is refused before it is looked at.</summary>
    private const int MaxRawLength = 4 * MaxLength;

    /// <summary>Throws where this process cannot normalize: it would give one prompt two identities, so two payments.</summary>
    /// <exception cref="InvalidOperationException">Globalization is invariant; the message says what to do.</exception>
    public static void EnsureNormalizationWorks()
    {
        if ("e\u0301".Normalize(NormalizationForm.FormC) != "\u00e9")
        {
            throw new InvalidOperationException(
                "Unicode normalization does nothing in this process (invariant globalization), so one prompt could be paid twice. " +
                "Install ICU (apt-get install libicu72) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }
    }

    /// <summary>The canonical text, or why there is none: a sentence that says which bound was broken.</summary>
    public static bool TryCanonicalize(string raw, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out string? error)
    {
        prompt = null;
        error = Refusal(raw);
        if (error is not null) return false;

        var text = CollapseSpaces(raw.ReplaceLineEndings("\n").Normalize(NormalizationForm.FormC)).Trim();
        error = text.Length switch
        {
            0 => "must not be empty.",
            > MaxLength => string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxLength} characters; this one has {text.Length}."),
            _ => null,
        };
        if (error is not null) return false;
        prompt = text;
        return true;
    }

    private static string? Refusal(string raw)
    {
        if (raw.Length > MaxRawLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxLength} characters; this one has {raw.Length}.");
        }

        var index = 0;
        while (index < raw.Length)
        {
            if (!Rune.TryGetRuneAt(raw, index, out var rune))
            {
                return string.Create(CultureInfo.InvariantCulture, $"has half of a surrogate pair at position {index}; send whole characters.");
            }

            if (!IsAllowed(rune))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"has the control or direction character U+{rune.Value:X4} at position {index}; remove it.");
            }

            index += rune.Utf16SequenceLength;
        }

        return null;
    }

    // Direction controls make a text read as something else than it is; unassigned code points may normalize differently tomorrow.
    private static bool IsAllowed(Rune rune) => rune.Value switch
    {
        '\n' or '\r' or '\t' => true,
        0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF => false,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned),
    };

    private static string CollapseSpaces(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        var afterSpace = false;
        foreach (var c in text)
        {
            var space = c is ' ' or '\t';
            if (!(space && afterSpace)) collapsed.Append(space ? ' ' : c);
            afterSpace = space;
        }

        return collapsed.ToString();
    }
}
