namespace VideoGen.Simulation.Tests;

/// <summary>The one source of chance of a run: everything that could have gone otherwise is drawn here.</summary>
internal sealed class Chance(int seed)
{
    private ulong state = unchecked((ulong)seed * 0x9E3779B97F4A7C15UL + 0x632BE59BD9B4E019UL);

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(Draw() % (ulong)count);

    public bool Percent(double percent) => Draw() % 1_000_000 < percent * 10_000;

    public TimeSpan Span(TimeSpan from, TimeSpan to) => from + TimeSpan.FromMilliseconds(Next((int)(to - from).TotalMilliseconds + 1));

    public T Pick<T>(params ReadOnlySpan<T> of) => of[Next(of.Length)];

    // SplitMix64: small, fast, and the same everywhere.
    private ulong Draw()
    {
        state = unchecked(state + 0x9E3779B97F4A7C15UL);
        var z = state;
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
