using System.Globalization;

namespace VideoGen.Storage.Tests;

/// <summary>Waits for what the test names, never for a length of time.</summary>
internal static class Condition
{
    internal static async Task Comes(string what, Func<bool> holds, int withinSeconds = 15)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!holds())
        {
            Assert.True(clock.GetElapsedTime(start) < TimeSpan.FromSeconds(withinSeconds), $"Did not come within {withinSeconds} s: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock);
        }
    }

    internal static bool Runs(int pid) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")) && !IsZombie(pid);

    /// <summary>Every process whose working directory is that folder or inside it: a server, its children, its watcher.</summary>
    internal static List<int> RunningIn(string folder) =>
        [.. Directory.GetDirectories("/proc").Where(p => IsIn(p, folder)).Select(p => int.Parse(Path.GetFileName(p), CultureInfo.InvariantCulture))];

    private static bool IsIn(string process, string folder)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false) is { } cwd
                && (cwd.FullName + "/").StartsWith(folder + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsZombie(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")).Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }
}
