using System.Security.Cryptography;
using VideoGen.Storage.Processes;

namespace VideoGen.Bench;

/// <summary>Ports of this machine that nobody has.</summary>
internal static class Ports
{
    // Below those that Linux gives to outgoing connections, of which there are many here.
    private const int First = 20_000, End = 32_000;

    /// <summary>So many, none of them twice. Somebody else may have one a moment later; then a host says so and does not start.</summary>
    public static int[] Free(int count)
    {
        var start = RandomNumberGenerator.GetInt32(First, End - (End - First) / 2);
        return [.. Enumerable.Range(start, End - start).Where(LoopbackPort.IsFree).Take(count)];
    }
}
