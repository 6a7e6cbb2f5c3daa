using System.Globalization;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// A caption as a subtitle file of the format ASS, which libass draws: it shapes, orders both directions and joins letters.
/// Each word is given its font here, because libass looks for at most ten by itself and draws boxes after that.
/// </summary>
internal static class CaptionFile
{
    private const char LeftToRightMark = '\u200E';
    private const char RightToLeftMark = '\u200F';
    private const string LineBreak = "\\N";

    // ASS has no escape for a backslash. It means something only right before certain letters: this sign between them is invisible.
    private const char WordJoiner = '\u2060';

    public static string Of(Caption caption, VideoSize size, Fonts fonts)
    {
        var first = fonts.First?.Family ?? "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            [Script Info]
            ScriptType: v4.00+
            PlayResX: {size.Width}
            PlayResY: {size.Height}
            WrapStyle: 0
            ScaledBorderAndShadow: yes

            [V4+ Styles]
            Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
            Style: Prompt, {first}, {caption.FontPixels}, &H00FFFFFF, &H40000000, 1, {Math.Max(1, caption.FontPixels / 20)}, 0, 5, 0, 0, 0, -1

            [Events]
            Format: Layer, Start, End, Style, Text
            Dialogue: 0,0:00:00.00,9:59:59.00,Prompt,{Text(caption, fonts, first)}

            """);
    }

    private static string Text(Caption caption, Fonts fonts, string first)
    {
        var text = new StringBuilder();
        var current = first;
        foreach (var (line, number) in caption.Lines.Select((line, number) => (line, number)))
        {
            if (number > 0) text.Append(LineBreak);
            text.Append(line.IsRightToLeft ? RightToLeftMark : LeftToRightMark);
            foreach (var (word, place) in line.Text.Split(' ').Select((word, place) => (word, place)))
            {
                if (place > 0) text.Append(' ');
                foreach (var (piece, font) in InFonts(word, fonts))
                {
                    if (font is not null && font.Family != current)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"{{\\fn{font.Family}}}");
                        current = font.Family;
                    }

                    Append(text, piece, font);
                }
            }
        }

        return text.ToString();
    }

    /// <summary>A whole word in one font where one has it, so that its letters join; else letter by letter; else sign by sign.</summary>
    private static IEnumerable<(string Text, Font? Font)> InFonts(string word, Fonts fonts)
    {
        if (fonts.For(word) is { } wordFont)
        {
            yield return (word, wordFont);
            yield break;
        }

        var letters = StringInfo.GetTextElementEnumerator(word);
        while (letters.MoveNext())
        {
            var letter = letters.GetTextElement();
            if (fonts.For(letter) is { } letterFont) yield return (letter, letterFont);
            else foreach (var sign in letter.EnumerateRunes()) yield return (sign.ToString(), fonts.For(sign.ToString()));
        }
    }

    private static void Append(StringBuilder text, string piece, Font? font)
    {
        foreach (var rune in piece.EnumerateRunes())
        {
            if (rune.Value is '{' or '}') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\\') text.Append('\\').Append(WordJoiner);
            else if (Fonts.NeedsGlyph(rune) || font?.Has(rune) == true) text.Append(rune.ToString()); // Else it would be looked for in other fonts, and shown as a box.
        }
    }
}
