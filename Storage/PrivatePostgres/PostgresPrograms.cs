using System.Globalization;
using System.Text.RegularExpressions;

namespace VideoGen.Storage;

/// <summary>One installed PostgreSQL: the folder of its programs and its major version.</summary>
internal sealed partial record PostgresPrograms(string Folder, int Major)
{
    private const string HowToInstall = "type `sudo apt-get install -y postgresql` (Debian, Ubuntu), or give the host a connection string to a database of yours";

    internal string Initdb => Path.Combine(Folder, "initdb");

    internal string Server => Path.Combine(Folder, "postgres");

    internal string Control => Path.Combine(Folder, "pg_ctl");

    /// <summary>The programs that fit the data; the newest ones when there is no data yet.</summary>
    internal static async Task<PostgresPrograms> Find(IReadOnlyList<string>? folders, ServerFolder data, PostgresCommands commands)
    {
        folders ??= await DefaultFolders(commands).ConfigureAwait(false);
        var found = new List<PostgresPrograms>();
        foreach (var folder in folders.Distinct(StringComparer.Ordinal).Where(f => File.Exists(Path.Combine(f, "initdb"))))
        {
            var (code, output) = await commands.RunAsCaller(Path.Combine(folder, "postgres"), ["--version"]).ConfigureAwait(false);
            if (code == 0 && MajorVersion().Match(output) is { Success: true } match)
            {
                found.Add(new PostgresPrograms(folder, int.Parse(match.ValueSpan, CultureInfo.InvariantCulture)));
            }
        }

        if (found.Count == 0)
        {
            throw new PrivatePostgresException($"PostgreSQL is not installed: {HowToInstall}.");
        }

        if (data.DataVersion() is not { } version)
        {
            return found.MaxBy(p => p.Major)!;
        }

        return found.Find(p => p.Major.ToString(CultureInfo.InvariantCulture) == version) ?? throw new PrivatePostgresException(
            $"The database in {data.Data} was made by PostgreSQL {version}, but only PostgreSQL {string.Join(", ", found.Select(p => p.Major).Order())} is installed: " +
            $"install version {version} beside it, or carry the database over with pg_upgrade, or choose another data folder.");
    }

    private static async Task<IReadOnlyList<string>> DefaultFolders(PostgresCommands commands)
    {
        var folders = new List<string>();
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        folders.AddRange(path);
        if (path.Any(p => File.Exists(Path.Combine(p, "pg_config"))))
        {
            var (code, output) = await commands.RunAsCaller("pg_config", ["--bindir"]).ConfigureAwait(false);
            if (code == 0)
            {
                folders.Add(output.Trim());
            }
        }

        // Debian keeps the server's programs off the PATH, one folder per major version; so does the Red Hat family.
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            folders.AddRange(Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")));
        }

        folders.AddRange(Directory.GetDirectories("/usr", "pgsql-*").Select(d => Path.Combine(d, "bin")));
        return folders;
    }

    [GeneratedRegex(@"(?<=\(PostgreSQL\) )\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MajorVersion();
}
