using System.Globalization;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>The prompt as it stands on the picture: in lines, in the largest letters that fit; cut where even the smallest do not.</summary>
/// <param name="Text">The lines, for a file that ffmpeg reads.</param>
/// <param name="FontPixels">The height of a letter.</param>
internal sealed record Caption(string Text, int FontPixels)
{
    private const int SmallestFont = 8;
    private const double UsedPart = 0.9;

    // DejaVu Sans: a letter is 0.6 of its height wide on average, a line 1.3 high.
    private const double LetterWidth = 0.62;
    private const double LineHeight = 1.3;

    public static Caption Fit(string prompt, VideoSize size)
    {
        for (var font = Math.Max(SmallestFont, Math.Min(size.Width, size.Height) / 10); ; font--)
        {
            var lines = Wrap(prompt, Math.Max(1, (int)(size.Width * UsedPart / (font * LetterWidth))));
            var fitting = Math.Max(1, (int)(size.Height * UsedPart / (font * LineHeight)));
            if (lines.Count <= fitting) return new(string.Join('\n', lines), font);
            if (font <= SmallestFont) return new(string.Join('\n', lines.Take(fitting)), font);
        }
    }

    /// <summary>Breaks at spaces; inside a word only where the word alone is longer than a line, and never inside a letter.</summary>
    internal static List<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder();
            var width = 0;
            foreach (var word in paragraph.Split(' ').SelectMany(word => Pieces(word, columns)))
            {
                if (line.Length > 0 && width + 1 + word.Columns > columns)
                {
                    lines.Add(line.ToString());
                    line.Clear();
                    width = 0;
                }

                if (line.Length > 0) line.Append(' ');
                width += word.Columns + (line.Length > 0 ? 1 : 0);
                line.Append(word.Text);
            }

            lines.Add(line.ToString());
        }

        return lines;
    }

    private static IEnumerable<(string Text, int Columns)> Pieces(string word, int columns)
    {
        var piece = new StringBuilder();
        var width = 0;
        var letters = StringInfo.GetTextElementEnumerator(word);
        while (letters.MoveNext())
        {
            var letter = letters.GetTextElement();
            var wide = letter[0] >= '\u1100' ? 2 : 1;
            if (piece.Length > 0 && width + wide > columns)
            {
                yield return (piece.ToString(), width);
                piece.Clear();
                width = 0;
            }

            piece.Append(letter);
            width += wide;
        }

        yield return (piece.ToString(), width);
    }
}
