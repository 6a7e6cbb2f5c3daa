namespace VideoGen.Grains.Requests;

/// <summary>Exponential, capped, and jittered by a hash: spread out, yet the same on every replay.</summary>
internal static class Backoff
{
    /// <summary>The wait after the first failure.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait, jitter aside. A provider's own Retry-After may be longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A provider cannot make us wait longer than this.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>How long to wait after so many failures in a row.</summary>
    public static TimeSpan Delay(string salt, int failures, TimeSpan? retryAfter = null)
    {
        var exponential = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 20));
        var capped = exponential < Longest ? exponential : Longest;
        var wait = Jittered(capped, salt, failures);
        var asked = retryAfter < LongestRetryAfter ? retryAfter.Value : retryAfter is null ? TimeSpan.Zero : LongestRetryAfter;
        return asked > wait ? asked : wait;
    }

    /// <summary>A wait, a tenth longer or shorter.</summary>
    public static TimeSpan Jittered(TimeSpan wait, string salt, int failures) =>
        TimeSpan.FromMilliseconds(Math.Round(wait.TotalMilliseconds * (0.9 + 0.2 * Fraction(salt, failures))));

    // FNV-1a: string.GetHashCode differs from process to process.
    private static double Fraction(string salt, int failures)
    {
        var hash = 2166136261u;
        foreach (var c in salt) hash = unchecked((hash ^ c) * 16777619u);
        hash = unchecked((hash ^ (uint)failures) * 16777619u);
        return hash / (double)uint.MaxValue;
    }
}
