using System.Globalization;
using VideoGen.Storage.Processes;

namespace VideoGen.Tests;

internal static class Signals
{
    /// <summary>Sends with the shell's own kill: the program of that name is in a package that a small Debian does not have.</summary>
    internal static async Task Send(string name, int process)
    {
        await using var kill = WatchedProcess.Start("sh", ["-c", "kill -s \"$1\" \"$2\"", "kill", name, process.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, await kill.Exited.WaitAsync(TimeSpan.FromSeconds(20)));
    }
}
