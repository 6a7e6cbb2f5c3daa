namespace VideoGen.Engine;

internal static class TimeProviderTimers
{
    /// <summary>A one-shot timer that does not carry the caller's ambient values to the callback.</summary>
    public static ITimer CreateQuietTimer(this TimeProvider time, TimerCallback callback, object? state, TimeSpan due)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return time.CreateTimer(callback, state, due, Timeout.InfiniteTimeSpan);
        using (ExecutionContext.SuppressFlow())
            return time.CreateTimer(callback, state, due, Timeout.InfiniteTimeSpan);
    }
}
