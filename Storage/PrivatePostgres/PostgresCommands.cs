using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VideoGen.Storage.Processes;

namespace VideoGen.Storage;

/// <summary>How PostgreSQL's programs are run: without the caller's PG* variables, and never as root.</summary>
internal sealed class PostgresCommands
{
    /// <summary>
    /// PostgreSQL refuses user id 0, and initdb wants the id to have a name. Root therefore runs both in a user namespace in
    /// which its own id appears as that of `nobody`: to the kernel it still owns its files, so a folder only root can enter works.
    /// </summary>
    internal static readonly string[] UserNamespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"];

    private readonly string _folder;
    private readonly string[] _prefix;

    private PostgresCommands(string folder, string[] prefix)
    {
        _folder = folder;
        _prefix = prefix;
    }

    /// <summary>Where a machine forbids that (many containers do): the user that PostgreSQL's package made, and files of its own.</summary>
    private static string[] As(string user) => ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    internal static async Task<PostgresCommands> For(ServerFolder folder, PrivatePostgresOptions options)
    {
        if (folder.Elsewhere is { } elsewhere && !Directory.Exists(elsewhere))
        {
            throw new PrivatePostgresException(
                $"The database of {folder.Path} was in {elsewhere}, and that folder is gone: put it back, or remove {folder.PointerFile} to begin with an empty database.");
        }

        if (!Environment.IsPrivilegedProcess) return new(folder.Path, []);
        var trouble = "a user namespace is not wanted";
        if (folder.Elsewhere is null && options.Unroot is { } unroot)
        {
            var commands = new PostgresCommands(folder.Path, [.. unroot]);
            if (await commands.WhyNot().ConfigureAwait(false) is not { } reason) return commands;
            trouble = reason;
        }

        if (folder.Elsewhere is null && folder.DataVersion() is not null)
        {
            throw new PrivatePostgresException(
                $"The database in {folder.Data} is root's, and this machine no longer lets root start PostgreSQL in a user namespace ({trouble}): " +
                "allow that again (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces, or the container's settings), or give the folder to an ordinary user and start the host as that one.");
        }

        return await AsPostgresUser(folder, options, trouble).ConfigureAwait(false);
    }

    private static async Task<PostgresCommands> AsPostgresUser(ServerFolder folder, PrivatePostgresOptions options, string trouble)
    {
        if (await new PostgresCommands("/", As(options.User)).WhyNot().ConfigureAwait(false) is { } reason)
        {
            throw new PrivatePostgresException(
                $"PostgreSQL refuses to run as root, and this machine lets root start it neither in a user namespace ({trouble}) nor as the user {options.User} ({reason}): " +
                "start the host as an ordinary user, or give it a connection string to a database of yours.");
        }

        if (folder.Elsewhere is null)
        {
            var elsewhere = FreeFolder(options.ElsewhereIn, folder.Path);
            var made = await new PostgresCommands("/", []).RunAsCaller("install", ["-d", "-m", "0700", "-o", options.User, "-g", options.User, elsewhere, Path.Combine(elsewhere, "log")]).ConfigureAwait(false);
            if (made.Code != 0) throw new PrivatePostgresException($"The folder {elsewhere} for PostgreSQL's files could not be made: {Reason(made.Output)}. Make {options.ElsewhereIn} writable for root, or start the host as an ordinary user.");
            folder.MoveServerTo(elsewhere);
        }

        return new(folder.Server, As(options.User));
    }

    // By the path that points there; a number more where an earlier folder of that path was removed and its pointer with it.
    private static string FreeFolder(string parent, string path)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
        var free = Path.Combine(parent, name);
        for (var number = 2; Directory.Exists(free); number++) free = Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        return free;
    }

    private async Task<string?> WhyNot()
    {
        var (code, output) = await Run("true", []).ConfigureAwait(false);
        return code == 0 ? null : Reason(output);
    }

    /// <summary>Lets initdb read the password where it cannot enter the folder of the host.</summary>
    internal async Task LendPassword(ServerFolder folder, string user)
    {
        if (folder.InitPasswordFile == folder.PasswordFile) return;
        var (code, output) = await RunAsCaller("install", ["-m", "0600", "-o", user, "-g", user, folder.PasswordFile, folder.InitPasswordFile]).ConfigureAwait(false);
        if (code != 0) throw new PrivatePostgresException($"The password could not be given to initdb in {folder.Server}: {Reason(output)}.");
    }

    /// <summary>Runs a program to its end as root's stand-in, or as the caller who is not root: exit code and what it said.</summary>
    internal Task<(int Code, string Output)> Run(string program, IEnumerable<string> arguments, CancellationToken ct = default) =>
        ToEnd(Start([.. _prefix, program, .. arguments], []), ct);

    internal Task<(int Code, string Output)> RunAsCaller(string program, IEnumerable<string> arguments) =>
        ToEnd(Start([program, .. arguments], []), CancellationToken.None);

    internal WatchedProcess StartServer(string program, IEnumerable<string> arguments, IReadOnlyList<string> removeAfterwards) =>
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

    private WatchedProcess Start(string[] command, string[] politeSignals, IReadOnlyList<string>? removeAfterwards = null) =>
        WatchedProcess.Start(command[0], command[1..], new WatchedProcessOptions
        {
            WorkingDirectory = _folder,
            Environment = ServerEnvironment(),
            PoliteSignals = politeSignals,
            RemoveAfterwards = removeAfterwards ?? [],
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
