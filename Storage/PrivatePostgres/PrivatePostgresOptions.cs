namespace VideoGen.Storage;

/// <summary>Where the private PostgreSQL lives and how long its start may wait.</summary>
public sealed class PrivatePostgresOptions
{
    /// <summary>The folder for everything of this server: data, password, port, lock, log. Created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>The database that <see cref="PrivatePostgres.ConnectionString"/> names. Created when missing.</summary>
    public string Database { get; init; } = "videogen";

    /// <summary>
    /// The first port to try when none is remembered; below the range that Linux gives to outgoing connections, so that
    /// none of those sits on it by chance.
    /// </summary>
    public int FirstPort { get; init; } = 15432;

    /// <summary>How many ports are tried, upwards from the remembered or first one.</summary>
    public int PortsToTry { get; init; } = 200;

    /// <summary>How long to wait for another host on the same folder to go away, and again for the server it left.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server may take until it answers; after a crash it first replays its log.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For tests: nothing is flushed to disk, the folder must be new or empty, and it is removed when the server has ended,
    /// however the host ended.
    /// </summary>
    public bool Throwaway { get; init; }

    /// <summary>
    /// Where the server's own files go when root cannot run PostgreSQL in a user namespace: a folder below this one, of the user
    /// <c>postgres</c>. A file in <see cref="Directory"/> then says where.
    /// </summary>
    public string ElsewhereIn { get; init; } = "/var/lib/videogen";

    /// <summary>How root runs what refuses to run as root, before it falls back to <see cref="User"/>; null: not at all.</summary>
    internal IReadOnlyList<string>? Unroot { get; init; } = PostgresCommands.UserNamespace;

    /// <summary>The user that PostgreSQL's package makes, as whom root runs it then.</summary>
    internal string User { get; init; } = "postgres";

    /// <summary>Where to look for PostgreSQL's programs; null: PATH and the places where packages put them.</summary>
    internal IReadOnlyList<string>? BinaryFolders { get; init; }

    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
