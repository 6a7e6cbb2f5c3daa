namespace VideoGen.Storage.Tests;

/// <summary>Root on a machine that forbids user namespaces, as many containers do.</summary>
public sealed class PostgresUserTests : IDisposable
{
    private readonly ServerUnderTest _server = new();

    public void Dispose() => _server.Dispose();

    [RootFact]
    public async Task The_server_runs_as_the_user_postgres_with_files_of_its_own_and_finds_them_again()
    {
        File.SetUnixFileMode(_server.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using (var first = await _server.Start(userNamespace: false))
        {
            Assert.Equal("1", await ServerUnderTest.Ask(first.ConnectionString, "create table t as select 1; select count(*) from t"));
        }

        var elsewhere = (await File.ReadAllTextAsync(Path.Combine(_server.Folder, "elsewhere"))).Trim();
        Assert.StartsWith(_server.Elsewhere, elsewhere, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(elsewhere));
        Assert.False(File.Exists(Path.Combine(elsewhere, "password.init")));
        Assert.False(Directory.Exists(Path.Combine(_server.Folder, "data")));

        // Where user namespaces are allowed again the files stay where they are.
        await using var again = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(again.ConnectionString, "select count(*) from t"));
    }

    [RootFact]
    public async Task A_folder_that_was_begun_anew_does_not_take_the_files_of_the_old_one()
    {
        await using (var first = await _server.Start(userNamespace: false)) await ServerUnderTest.Ask(first.ConnectionString, "create table t ()");
        Directory.Delete(_server.Folder, recursive: true);
        await using var anew = await _server.Start(userNamespace: false);
        Assert.Equal("", await ServerUnderTest.Ask(anew.ConnectionString, "select to_regclass('t')::text"));
        Assert.Equal(2, Directory.GetDirectories(_server.Elsewhere).Length);
    }

    [RootFact]
    public async Task Data_that_root_made_in_a_user_namespace_is_explained_and_left_alone()
    {
        await (await _server.Start()).DisposeAsync();
        var refusal = (await Assert.ThrowsAsync<PrivatePostgresException>(() => _server.Start(userNamespace: false))).Message;
        Assert.Contains("no longer lets root start PostgreSQL in a user namespace", refusal, StringComparison.Ordinal);
        await using var again = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(again.ConnectionString, "select 1"));
    }

    [RootFact]
    public async Task A_throwaway_server_takes_both_folders_with_it()
    {
        var options = new PrivatePostgresOptions { Directory = _server.Folder, ElsewhereIn = _server.Elsewhere, Unroot = ["false"], Throwaway = true };
        await using (var server = await PrivatePostgres.Start(options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            Assert.Equal("1", await ServerUnderTest.Ask(server.ConnectionString, "select 1"));
        }

        Assert.False(Directory.Exists(_server.Folder));
        Assert.Empty(Directory.GetDirectories(_server.Elsewhere));
    }
}
