using System.Collections;
using VideoGen.Storage.Processes;

namespace VideoGen.Storage;

/// <summary>How PostgreSQL's programs are run: without the caller's PG* variables, and never as root.</summary>
internal sealed class PostgresCommands
{
    /// <summary>
    /// PostgreSQL refuses user id 0, and initdb wants the id to have a name. Root therefore runs both in a user namespace in
    /// which its own id appears as that of `nobody`: to the kernel it still owns its files, so a folder only root can enter works.
    /// </summary>
    private static readonly string[] Unroot = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"];

    private readonly string _folder;
    private readonly string[] _prefix;

    private PostgresCommands(string folder, string[] prefix)
    {
        _folder = folder;
        _prefix = prefix;
    }

    internal static async Task<PostgresCommands> For(ServerFolder folder)
    {
        var commands = new PostgresCommands(folder.Path, Environment.IsPrivilegedProcess ? Unroot : []);
        if (commands._prefix.Length == 0)
        {
            return commands;
        }

        var (code, output) = await commands.Run("true", []).ConfigureAwait(false);
        return code == 0 ? commands : throw new PrivatePostgresException(
            $"PostgreSQL refuses to run as root, and this machine does not let root start it in a user namespace ({Reason(output)}): " +
            "start the host as an ordinary user, or give it a connection string to a database of yours.");
    }

    /// <summary>Runs a program to its end as root's stand-in, or as the caller who is not root: exit code and what it said.</summary>
    internal Task<(int Code, string Output)> Run(string program, IEnumerable<string> arguments, CancellationToken ct = default) =>
        ToEnd(Start([.. _prefix, program, .. arguments], []), ct);

    internal Task<(int Code, string Output)> RunAsCaller(string program, IEnumerable<string> arguments) =>
        ToEnd(Start([program, .. arguments], []), CancellationToken.None);

    internal WatchedProcess StartServer(string program, IEnumerable<string> arguments, string? removeAfterwards) =>
        // INT is PostgreSQL's fast shutdown, QUIT its immediate one.
        Start([.. _prefix, program, .. arguments], ["INT", "QUIT"], removeAfterwards);

    /// <summary>The line of a program's output that says what went wrong: the last complaint, else the last line.</summary>
    internal static string Reason(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] complaints = ["PANIC:", "FATAL:", "error:", "ERROR:"];
        var reason = Array.FindLast(lines, l => complaints.Any(c => l.Contains(c, StringComparison.Ordinal))) ?? lines.LastOrDefault("it gave no reason");
        return reason.TrimEnd('.');
    }

    private static async Task<(int, string)> ToEnd(WatchedProcess process, CancellationToken ct)
    {
        await using var _ = process.ConfigureAwait(false);
        var code = await process.Exited.WaitAsync(ct).ConfigureAwait(false);
        return (code, process.Output + process.Errors);
    }

    private WatchedProcess Start(string[] command, string[] politeSignals, string? removeAfterwards = null) =>
        WatchedProcess.Start(command[0], command[1..], new WatchedProcessOptions
        {
            WorkingDirectory = _folder,
            Environment = ServerEnvironment(),
            PoliteSignals = politeSignals,
            RemoveAfterwards = removeAfterwards,
        });

    /// <summary>
    /// PG* would redirect or weaken the server, NOTIFY_SOCKET would make it report itself to the host's service supervisor,
    /// and messages that we read must be in one language.
    /// </summary>
    private static Dictionary<string, string?> ServerEnvironment()
    {
        var changes = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = null, ["LANGUAGE"] = null, ["LC_ALL"] = "C.UTF-8" };
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => (string)e.Key))
        {
            if (name.StartsWith("PG", StringComparison.Ordinal))
            {
                changes[name] = null;
            }
        }

        return changes;
    }
}
