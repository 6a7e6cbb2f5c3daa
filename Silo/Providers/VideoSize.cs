using System.Globalization;
using System.Runtime.InteropServices;

namespace VideoGen.Silo.Providers;

/// <summary>Width and height in pixels, written <c>1280x720</c>. Even, because H.264 with 4:2:0 colour needs it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VideoSize(int Width, int Height)
{
    private const int Smallest = 16;
    private const int Largest = 4096;

    /// <summary>What a size must look like, for messages.</summary>
    public const string Rule = "a size is WIDTHxHEIGHT in even pixels, each from 16 to 4096, for example 1280x720";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    public static bool TryParse(string? text, out VideoSize size)
    {
        size = default;
        if (text is null || text.Length > 9 || text.Split('x') is not [var width, var height]) return false;
        if (!Side(width, out var w) || !Side(height, out var h)) return false;
        size = new(w, h);
        return size.ToString() == text;
    }

    private static bool Side(string text, out int pixels) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pixels) && pixels is >= Smallest and <= Largest && pixels % 2 == 0;
}
