namespace VideoGen.Silo.Tests.Providers;

/// <summary>Waits for a named condition with a deadline; no test waits for time as such.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    public static async Task<T> Get<T>(string condition, Func<Task<T?>> ask) where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer) return answer;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < _deadline, $"This did not happen in {_deadline.TotalSeconds} s: {condition}.");
            await Task.Delay(_pause, TimeProvider.System);
        }
    }

    public static Task Holds(string condition, Func<bool> holds) => Get(condition, () => Task.FromResult(holds() ? "yes" : null));
}
