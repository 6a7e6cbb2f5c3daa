using System.Globalization;

namespace VideoGen.Simulation.Tests;

/// <summary>What happened in which order. Kept as it came and put into words only when somebody reads it.</summary>
internal sealed class Trace
{
    private readonly List<(long At, int Process, string What, string Detail)> entries = [];
    private readonly Dictionary<string, int> counts = [];

    /// <summary>How often each thing happened: proof that a fault was there at all.</summary>
    public IReadOnlyDictionary<string, int> Counts => counts;

    /// <summary>The same for two runs only when they did the same in the same order.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    public void Add(DateTimeOffset at, int process, string what, string detail = "")
    {
        entries.Add((at.UtcTicks, process, what, detail));
        counts[what] = counts.GetValueOrDefault(what) + 1;
        Mix((ulong)at.UtcTicks);
        Mix((ulong)process);
        foreach (var c in what) Mix(c);
        foreach (var c in detail) Mix(c);
    }

    /// <summary>The last of it, for a person.</summary>
    public string Tail(int lines) => string.Join('\n', entries.TakeLast(lines).Select(e => string.Create(
        CultureInfo.InvariantCulture, $"  {new DateTime(e.At, DateTimeKind.Utc):MM-dd HH:mm:ss.fff} p{e.Process} {e.What} {e.Detail}")));

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * 1099511628211UL);
}
