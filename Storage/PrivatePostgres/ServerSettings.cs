using System.Globalization;
using Npgsql;

namespace VideoGen.Storage;

/// <summary>What the server is told when it starts, and how it is reached.</summary>
internal static class ServerSettings
{
    internal const string User = "videogen";

    internal static IEnumerable<string> InitdbArguments(ServerFolder folder, bool throwaway)
    {
        string[] arguments =
        [
            "--pgdata=" + folder.UnfinishedData, "--username=" + User, "--pwfile=" + folder.InitPasswordFile, "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
        ];
        return throwaway ? [.. arguments, "--no-sync"] : arguments;
    }

    /// <summary>On the command line, where they win over any configuration file in the data folder.</summary>
    internal static IEnumerable<string> ServerArguments(ServerFolder folder, int port, bool throwaway)
    {
        var durable = throwaway ? "off" : "on";
        string[] settings =
        [
            "listen_addresses=127.0.0.1", "port=" + port.ToString(CultureInfo.InvariantCulture), "unix_socket_directories=",
            // A promise about money rests on these: what was answered is on disk.
            "fsync=" + durable, "full_page_writes=" + durable, "synchronous_commit=on",
            "shared_buffers=128MB", "max_connections=100", "timezone=UTC", "log_timezone=UTC",
            // One file per weekday, begun anew each week: the log cannot fill the disk over the years.
            "logging_collector=on", "log_directory=" + folder.Log, "log_filename=server-%a.log", "log_rotation_age=1d",
            "log_rotation_size=0", "log_truncate_on_rotation=on",
        ];
        return ["-D", folder.Data, .. settings.SelectMany(s => (string[])["-c", s])];
    }

    internal static string ConnectionString(ServerFolder folder, int port, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = User,
        Password = folder.Password(),
        MaxPoolSize = 80,
        ApplicationName = "videogen",
        // Npgsql takes what is not said here from the caller's PG* variables, which are about some other server.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Encoding = "UTF8",
        ClientEncoding = "UTF8",
        Timezone = "UTC",
        Options = "-c synchronous_commit=on", // With a throwaway server too: hosts refuse one without, and without fsync it waits for no disk.
    }.ConnectionString;
}
