using System.Security.Cryptography;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>What moves behind a prompt and sounds with it: made from the prompt's hash, so that two videos are told apart at a glance.</summary>
/// <param name="Colours">Red, green and blue in hexadecimal digits, each dark enough for white letters.</param>
/// <param name="Shape">The number of ffmpeg's kind of gradient: lines, rays, circles or a spiral.</param>
/// <param name="Speed">How fast the gradient turns, in ffmpeg's measure.</param>
/// <param name="Hertz">The height of the tone.</param>
internal sealed record Motif(IReadOnlyList<string> Colours, int Shape, uint Seed, double Speed, int Hertz)
{
    private const int ColourCount = 3;
    private const int BytesPerColour = 3;
    private const int Shapes = 4;
    private const double Slowest = 0.01;
    private const double Fastest = 0.03;

    // A, C, D, E, G, a: whatever two of them sound together, it is bearable.
    private static readonly int[] _hertz = [220, 262, 294, 330, 392, 440];

    public static Motif Of(string prompt)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(prompt));
        var rest = hash.AsSpan(ColourCount * BytesPerColour);
        var colours = Enumerable.Range(0, ColourCount).Select(number => Colour(hash.AsSpan(number * BytesPerColour, BytesPerColour)));
        return new([.. colours], rest[0] % Shapes, BitConverter.ToUInt32(rest[1..]), Slowest + ((Fastest - Slowest) * rest[5] / byte.MaxValue), _hertz[rest[6] % _hertz.Length]);
    }

    private static string Colour(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower([(byte)(bytes[0] / 2), (byte)(bytes[1] / 2), (byte)(bytes[2] / 2)]);
}
