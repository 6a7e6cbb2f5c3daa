using System.Diagnostics;

namespace VideoGen.Storage.Tests.Waiting;

/// <summary>Waits for a named condition, and says which one never came.</summary>
public static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task True(string condition, Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < Deadline, $"Not within {Deadline.TotalSeconds} s: {condition}");
            await Task.Delay(5);
        }
    }

    public static Task True(string condition, Func<bool> holds) => True(condition, () => Task.FromResult(holds()));
}
