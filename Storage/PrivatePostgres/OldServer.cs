using System.Globalization;

namespace VideoGen.Storage;

/// <summary>The server that a previous host left: its watcher is still stopping it, or its pid file only looks alive.</summary>
internal sealed class OldServer(ServerFolder folder, TimeProvider clock)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>A watcher reacts within milliseconds; to ask again for the same kind of stop changes nothing.</summary>
    private static readonly TimeSpan WatcherTime = TimeSpan.FromSeconds(1);

    /// <summary>Call with the host lock held: then no living host owns whatever server is found here.</summary>
    internal async Task WaitUntilGone(TimeSpan patience, Action<int> onWait, Func<Task> stop, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        var stopping = false;
        for (var waits = 0; Pid() is { } pid; waits++)
        {
            if (RunsHere(pid) is not { } ours)
            {
                return;
            }

            if (!ours)
            {
                // After a restart of the machine or container the number may be some other process's, and PostgreSQL would refuse.
                File.Delete(folder.PidFile);
                return;
            }

            if (waits == 0)
            {
                onWait(pid);
            }

            var waited = clock.GetElapsedTime(start);
            if (!stopping && waited > WatcherTime)
            {
                // Perhaps nobody is stopping it: its watcher was killed together with its host.
                stopping = true;
                await stop().ConfigureAwait(false);
            }

            if (waited > patience)
            {
                throw new PrivatePostgresException(
                    $"A PostgreSQL server that an earlier host left in {folder.Data} is still running (process {pid}): stop it with `kill -INT {pid}` and start again.");
            }

            await Task.Delay(Step, clock, ct).ConfigureAwait(false);
        }
    }

    internal bool SaysReady() => ReadyPort() is not null;

    /// <summary>The port of a server that says that it takes connections; null where none says so.</summary>
    internal int? ReadyPort()
    {
        var lines = PidFileLines();
        return lines.Length > 7 && lines[7].Trim() == "ready" && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    private int? Pid() =>
        PidFileLines() is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : null;

    private string[] PidFileLines()
    {
        try
        {
            return File.ReadAllLines(folder.PidFile);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Whether that process is a server in our data folder; null when it is another user's: PostgreSQL judges that itself.</summary>
    private bool? RunsHere(int pid)
    {
        try
        {
            var workingDirectory = File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cwd"), returnFinalTarget: false);
            return workingDirectory?.FullName == RealPath(folder.Data);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The path as the kernel shows it: with every link on the way followed.</summary>
    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }

        var here = Path.Combine(RealPath(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? RealPath(target.FullName) : here;
    }
}
