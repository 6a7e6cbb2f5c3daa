using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

/// <summary>A folder for one test's server, and short ways to start it and ask it; the folder goes at the end.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private const string ElsewhereEnding = "-elsewhere";

    internal string Root { get; } = Directory.CreateTempSubdirectory("videogen-test-").FullName;

    internal string Folder => Path.Combine(Root, "postgres");

    /// <summary>Where the server's files go for a user that cannot enter <see cref="Root"/>.</summary>
    internal string Elsewhere => Root + ElsewhereEnding;

    /// <summary>The data, wherever it is.</summary>
    internal string Data => new ServerFolder(Folder).Data;

    /// <summary>The processes of its server and their watcher.</summary>
    internal List<int> Running => [.. Condition.RunningIn(Root), .. Condition.RunningIn(Elsewhere)];

    /// <summary>The first process of a server that runs.</summary>
    internal async Task<int> ServerProcess() =>
        int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0], CultureInfo.InvariantCulture);

    internal Task NothingRuns() => Condition.Comes("end of everything in the folder", () => Running.Count == 0, withinSeconds: 5);

    internal static PrivatePostgresOptions OptionsOf(
        string folder, int patienceSeconds = 30, int? firstPort = null, IReadOnlyList<string>? binaryFolders = null, bool userNamespace = true, bool throwaway = false,
        string user = "postgres") => new()
        {
            Directory = folder,
            ElsewhereIn = Path.GetDirectoryName(folder) + ElsewhereEnding,
            User = user,
            Unroot = userNamespace ? PostgresCommands.UserNamespace : ["false"],
            Patience = TimeSpan.FromSeconds(patienceSeconds),
            FirstPort = firstPort ?? Random.Shared.Next(20_000, 30_000),
            BinaryFolders = binaryFolders,
            Throwaway = throwaway,
        };

    internal Task<PrivatePostgres> Start(int patienceSeconds = 30, int? firstPort = null, IReadOnlyList<string>? binaryFolders = null, bool userNamespace = true) =>
        Start(OptionsOf(Folder, patienceSeconds, firstPort, binaryFolders, userNamespace));

    internal static Task<PrivatePostgres> Start(PrivatePostgresOptions options, CancellationToken ct = default) => PrivatePostgres.Start(options, NullLogger.Instance, ct);

    internal Task<string> Refusal(int patienceSeconds = 30, IReadOnlyList<string>? binaryFolders = null) =>
        Refusal(OptionsOf(Folder, patienceSeconds, binaryFolders: binaryFolders));

    internal static async Task<string> Refusal(PrivatePostgresOptions options) =>
        (await Assert.ThrowsAsync<PrivatePostgresException>(() => Start(options))).Message;

    internal static async Task<string?> Ask(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        if (Directory.Exists(Elsewhere)) Directory.Delete(Elsewhere, recursive: true);
    }
}

/// <summary>A test of what only root can do; skipped, with the reason, for everybody else.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "Only root can start programs as another user and make folders that only root can enter.";
    }
}

/// <summary>A test of root in a user namespace; skipped, with the reason, where none can be made.</summary>
internal sealed class UserNamespaceFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Allowed = new(() =>
        Environment.IsPrivilegedProcess && SmallDisk.Run(PostgresCommands.UserNamespace[0], [.. PostgresCommands.UserNamespace[1..], "true"]) == 0);

    public UserNamespaceFactAttribute()
    {
        if (!Allowed.Value) Skip = "Only root can do this, and only where it may make user namespaces.";
    }
}
