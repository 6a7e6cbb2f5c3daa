namespace VideoGen.Gateway.Access;

/// <summary>How often each caller has called in this minute, at this process. A minute is one of the clock, so what is counted is forgotten with it.</summary>
internal sealed class CallCounts(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>More callers in a minute than this are counted as one.</summary>
    private const int MostCallers = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private long window;

    /// <summary>Counts one more call.</summary>
    /// <returns>How many there were before it, and when counting begins anew.</returns>
    public (int Before, DateTimeOffset Until) Count(string caller)
    {
        var now = time.GetUtcNow().UtcTicks / Window.Ticks;
        lock (gate)
        {
            if (now != window) counts.Clear();
            window = now;
            if (counts.Count >= MostCallers && !counts.ContainsKey(caller)) caller = "";
            var before = counts.GetValueOrDefault(caller);
            if (before < int.MaxValue) counts[caller] = before + 1;
            return (before, new((now + 1) * Window.Ticks, TimeSpan.Zero));
        }
    }
}
