using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace VideoGen.Storage.Tests;

/// <summary>A folder for one test's server, and short ways to start it and ask it; the folder goes at the end.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("videogen-test-").FullName;

    internal string Folder => Path.Combine(Root, "postgres");

    /// <summary>Where the server's files go for a user that cannot enter <see cref="Root"/>.</summary>
    internal string Elsewhere => Root + "-elsewhere";

    internal Task<PrivatePostgres> Start(int patienceSeconds = 30, int? firstPort = null, IReadOnlyList<string>? binaryFolders = null, bool userNamespace = true) =>
        PrivatePostgres.Start(
            new PrivatePostgresOptions
            {
                Directory = Folder,
                ElsewhereIn = Elsewhere,
                Unroot = userNamespace ? new PrivatePostgresOptions { Directory = Folder }.Unroot : ["false"],
                Patience = TimeSpan.FromSeconds(patienceSeconds),
                FirstPort = firstPort ?? new PrivatePostgresOptions { Directory = Folder }.FirstPort,
                BinaryFolders = binaryFolders,
            },
            NullLogger.Instance);

    internal async Task<string> Refusal(int patienceSeconds = 30, IReadOnlyList<string>? binaryFolders = null) =>
        (await Assert.ThrowsAsync<PrivatePostgresException>(() => Start(patienceSeconds, binaryFolders: binaryFolders))).Message;

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
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root can start programs as another user and make folders that only root can enter.";
        }
    }
}
