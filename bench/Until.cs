namespace VideoGen.Bench;

/// <summary>Waits for what is named, never for a length of time.</summary>
internal static class Until
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">It did not come.</exception>
    public static async Task<TimeSpan> Holds(string what, Func<Task<bool>> holds, TimeSpan within)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(since) > within) throw new TimeoutException($"It did not come within {within}: {what}.");
            await Task.Delay(Step, TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(since);
    }
}
