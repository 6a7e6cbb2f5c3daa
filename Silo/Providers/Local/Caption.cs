using System.Globalization;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>The prompt as it stands on the picture: in lines, in the largest letters that fit; cut where even the smallest do not.</summary>
/// <param name="Lines">The text, without anything that only a file format means.</param>
/// <param name="FontPixels">The height of a line's letters, from the lowest to the highest stroke.</param>
internal sealed record Caption(IReadOnlyList<CaptionLine> Lines, int FontPixels)
{
    private const int SmallestFont = 8;
    private const double UsedPart = 0.9;

    // Rather too wide than too narrow: what is drawn is measured by nobody, and what does not fit is lost.
    private const double LetterWidth = 0.55;
    private const double CapitalWidth = 0.68;
    private const double BroadWidth = 0.9;
    private const double SquareWidth = 1.05;
    private const double LineHeight = 1.15;

    public static Caption Fit(string prompt, VideoSize size)
    {
        for (var font = Math.Max(SmallestFont, Math.Min(size.Width, size.Height) / 10); ; font--)
        {
            var lines = Wrap(prompt, size.Width * UsedPart / font);
            var fitting = Math.Max(1, (int)(size.Height * UsedPart / (font * LineHeight)));
            if (lines.Count <= fitting) return new(lines, font);
            if (font <= SmallestFont) return new([.. lines.Take(fitting)], font);
        }
    }

    /// <summary>
    /// Breaks at spaces and between the signs of scripts that are written without; inside a word only where the word alone
    /// is longer than a line, and never inside a letter. libass cannot: Debian builds it without its library for that.
    /// </summary>
    /// <param name="room">The width of a line, in heights of a letter.</param>
    internal static List<CaptionLine> Wrap(string text, double room)
    {
        var lines = new List<CaptionLine>();
        foreach (var paragraph in text.Split('\n'))
        {
            var isRightToLeft = paragraph.EnumerateRunes().FirstOrDefault(Rune.IsLetter) is var first && IsRightToLeft(first);
            var line = new StringBuilder();
            var width = 0.0;
            foreach (var piece in Pieces(paragraph, room))
            {
                var gap = piece.AfterSpace && line.Length > 0 ? LetterWidth : 0;
                if (line.Length > 0 && width + gap + piece.Width > room)
                {
                    lines.Add(new(line.ToString(), isRightToLeft));
                    line.Clear();
                    (width, gap) = (0, 0);
                }

                if (gap > 0) line.Append(' ');
                line.Append(piece.Text);
                width += gap + piece.Width;
            }

            lines.Add(new(line.ToString(), isRightToLeft));
        }

        return lines;
    }

    private static IEnumerable<(string Text, double Width, bool AfterSpace)> Pieces(string paragraph, double room)
    {
        var piece = new StringBuilder();
        var width = 0.0;
        var afterSpace = false;
        var letters = StringInfo.GetTextElementEnumerator(paragraph);
        while (letters.MoveNext())
        {
            var letter = letters.GetTextElement();
            var first = Rune.GetRuneAt(letter, 0);
            var isSpace = Rune.IsWhiteSpace(first);
            var letterWidth = WidthOf(letter);
            if (piece.Length > 0 && (isSpace || StandsAlone(first) || width + letterWidth > room))
            {
                yield return (piece.ToString(), width, afterSpace);
                piece.Clear();
                (width, afterSpace) = (0, false);
            }

            if (isSpace)
            {
                afterSpace = true;
                continue;
            }

            piece.Append(letter);
            width += letterWidth;
        }

        if (piece.Length > 0) yield return (piece.ToString(), width, afterSpace);
    }

    // A family of four is one letter, and four signs wide where no font has it as one.
    private static double WidthOf(string letter) => letter.EnumerateRunes().Sum(rune => rune.Value switch
    {
        'm' or 'w' or 'M' or 'W' or '@' or '%' or '&' => BroadWidth,
        < 0x1100 when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => 0,
        < 0x1100 => Rune.IsUpper(rune) ? CapitalWidth : LetterWidth,
        _ => Fonts.NeedsGlyph(rune) ? SquareWidth : 0,
    });

    /// <summary>Kana, Han and Hangul: a line may end before each of them.</summary>
    private static bool StandsAlone(Rune rune) =>
        rune.Value is (>= 0x3040 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Where Unicode puts the scripts that are written from right to left, those to come as well.</summary>
    private static bool IsRightToLeft(Rune rune) =>
        rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFE) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);
}

/// <summary>One line of a caption.</summary>
/// <param name="IsRightToLeft">Whether its paragraph is: a line alone may begin with a word of another direction.</param>
internal readonly record struct CaptionLine(string Text, bool IsRightToLeft);
