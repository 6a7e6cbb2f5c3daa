using System.Globalization;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>One family of letters.</summary>
/// <param name="Family">Its name, as fontconfig and libass know it.</param>
/// <param name="Ranges">The code points that it can draw: ranges in ascending order, both ends included.</param>
internal sealed record Font(string Family, IReadOnlyList<(int First, int Last)> Ranges)
{
    /// <summary>Reads a line of <c>fc-match --format='%{outline}|%{family[0]}|%{charset}'</c>; null for what libass cannot draw.</summary>
    public static Font? Parse(string line)
    {
        // Fonts of pictures (Noto Color Emoji is one) have characters and no outlines: libass would draw nothing.
        if (line.Split('|') is not ["True", { Length: > 0 } family, var charset] || family.AsSpan().ContainsAny('{', '}', '\\')) return null;
        var ranges = new List<(int, int)>();
        foreach (var range in charset.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            if (!CodePoint(ends[0], out var first) || !CodePoint(ends[^1], out var last)) return null;
            ranges.Add((first, last));
        }

        return new(family, ranges);
    }

    public bool Has(Rune rune)
    {
        var (low, high) = (0, Ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune.Value < Ranges[middle].First) high = middle - 1;
            else if (rune.Value > Ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }

    private static bool CodePoint(string hex, out int value) => int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}

/// <summary>The fonts of this machine, the best first, and which of them draws what.</summary>
internal sealed class Fonts(IReadOnlyList<Font> fonts)
{
    /// <summary>Unifont has nearly every character and draws them in 16 rows of dots: it is for what no other font has.</summary>
    private const string LastResort = "Unifont";

    // Each of Debian's packages by a character that it is installed for.
    private static readonly (string Package, Rune Sample)[] _packages =
    [
        ("fonts-dejavu-core", new('A')),
        ("fonts-noto-core", new(0x0E01)),
        ("fonts-wqy-microhei", new(0xAC00)),
        ("fonts-symbola", new(0x1F680)),
    ];

    private static readonly (string Package, Rune Sample) _lastResort = ("fonts-unifont", new(0x1FAE0));

    private readonly IReadOnlyList<Font> _fonts = [.. fonts.OrderBy(font => font.Family.StartsWith(LastResort, StringComparison.Ordinal))];

    /// <summary>The packages of the scripts and signs that no font of this machine draws well.</summary>
    public IReadOnlyList<string> MissingPackages =>
    [
        .. _packages.Where(package => !_fonts.Any(font => !font.Family.StartsWith(LastResort, StringComparison.Ordinal) && font.Has(package.Sample)))
            .Concat(_fonts.Any(font => font.Has(_lastResort.Sample)) ? [] : [_lastResort])
            .Select(package => package.Package),
    ];

    /// <summary>The best font; null where the machine has none.</summary>
    public Font? First => _fonts.Count > 0 ? _fonts[0] : null;

    /// <summary>The best font that has all of a text; null where none has.</summary>
    public Font? For(string text)
    {
        foreach (var font in _fonts)
        {
            if (text.EnumerateRunes().All(rune => !NeedsGlyph(rune) || font.Has(rune))) return font;
        }

        return null;
    }

    /// <summary>The first character of a text that no font draws; null where all are drawn.</summary>
    public Rune? Undrawable(string text)
    {
        foreach (var rune in text.EnumerateRunes().Distinct())
        {
            if (!Rune.IsWhiteSpace(rune) && (Rune.IsControl(rune) || (NeedsGlyph(rune) && !_fonts.Any(font => font.Has(rune))))) return rune;
        }

        return null;
    }

    /// <summary>False for what Unicode calls default-ignorable: joiners, variation selectors and the like, which show nothing themselves.</summary>
    public static bool NeedsGlyph(Rune rune) => rune.Value is not (0xAD or 0x034F or 0x061C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F)
        or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0
        or (>= 0xFFF0 and <= 0xFFF8) or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF));
}
