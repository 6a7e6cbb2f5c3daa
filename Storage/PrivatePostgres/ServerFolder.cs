using System.Globalization;
using System.Security.Cryptography;

namespace VideoGen.Storage;

// File modes: the private PostgreSQL refuses to start on Windows, see PrivatePostgres.Start.
#pragma warning disable CA1416

/// <summary>
/// The files of one private PostgreSQL: their names, and the small ones' contents. The server's own may be elsewhere, where another user
/// can reach them: a pointer file says where.
/// </summary>
internal sealed class ServerFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal ServerFolder(string path)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        if (Elsewhere is null) Directory.CreateDirectory(Log, OwnerOnly | UnixFileMode.UserExecute);
    }

    internal string Path { get; }

    /// <summary>Where the server's own files are, when they are not here. Read each time: another host may be moving them.</summary>
    internal string? Elsewhere => File.Exists(PointerFile) ? File.ReadAllText(PointerFile).Trim() : null;

    /// <summary>The folder that the server works in.</summary>
    internal string Server => Elsewhere ?? Path;

    internal string Data => System.IO.Path.Combine(Server, "data");

    /// <summary>initdb works here, and the finished result is renamed, so that an interrupted one is never taken for a database.</summary>
    internal string UnfinishedData => System.IO.Path.Combine(Server, "data.new");

    internal string Log => System.IO.Path.Combine(Server, "log");

    internal string LockFile => System.IO.Path.Combine(Path, "lock");

    internal string PasswordFile => System.IO.Path.Combine(Path, "password");

    internal string PidFile => System.IO.Path.Combine(Data, "postmaster.pid");

    /// <summary>Where initdb reads the password.</summary>
    internal string InitPasswordFile => Elsewhere is { } elsewhere ? System.IO.Path.Combine(elsewhere, "password.init") : PasswordFile;

    internal string PointerFile => System.IO.Path.Combine(Path, "elsewhere");

    private string PortFile => System.IO.Path.Combine(Path, "port");

    /// <summary>From now on the server's own files are there.</summary>
    internal void MoveServerTo(string folder)
    {
        var here = Log;
        File.WriteAllText(PointerFile + ".new", folder);
        File.Move(PointerFile + ".new", PointerFile, overwrite: true);
        Directory.Delete(here);
    }

    /// <summary>The major version that made the data; null when there is none yet.</summary>
    internal string? DataVersion()
    {
        var file = System.IO.Path.Combine(Data, "PG_VERSION");
        if (File.Exists(file))
        {
            return File.ReadAllText(file).Trim();
        }

        return Directory.Exists(Data)
            ? throw new PrivatePostgresException($"The folder {Data} exists but holds no PostgreSQL database: move it away, or choose another data folder.")
            : null;
    }

    internal int? RememberedPort() =>
        File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out var port) ? port : null;

    internal void RememberPort(int port) => File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));

    /// <summary>The server's password; made on first use, kept in a file that only its owner can read.</summary>
    internal string Password()
    {
        if (File.Exists(PasswordFile))
        {
            return File.ReadAllText(PasswordFile).Trim();
        }

        if (DataVersion() is not null)
        {
            throw new PrivatePostgresException($"The password of the database is missing: put {PasswordFile} back from a copy of the folder, or choose another data folder.");
        }

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var unfinished = PasswordFile + ".new";
        File.Delete(unfinished);
        using (var file = new StreamWriter(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.WriteLine(password);
        }

        File.Move(unfinished, PasswordFile);
        return password;
    }
}
