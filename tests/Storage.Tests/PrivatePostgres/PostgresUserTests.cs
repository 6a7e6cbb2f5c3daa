using System.Security.Cryptography;
using System.Text;
using VideoGen.Storage.Processes;

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
            Assert.Equal("postgres", await OwnerOf($"/proc/{await _server.ServerProcess()}"));
        }

        var elsewhere = (await File.ReadAllTextAsync(Path.Combine(_server.Folder, "elsewhere"))).Trim();
        Assert.Equal(Path.Combine(_server.Elsewhere, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_server.Folder)))[..16]), elsewhere);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(elsewhere));
        Assert.False(File.Exists(Path.Combine(elsewhere, "password.init")));
        Assert.False(Directory.Exists(Path.Combine(_server.Folder, "data")));

        // Where user namespaces are allowed again the files stay where they are.
        await using var again = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(again.ConnectionString, "select count(*) from t"));
    }

    [RootFact]
    public async Task It_ends_with_its_host_that_was_killed_there_too()
    {
        await using var host = HostProcess.Start("postgres-user", _server.Folder);
        Assert.Equal("1", await ServerUnderTest.Ask(await host.ReadLine(), "select 1"));
        Assert.NotEmpty(_server.Running);

        await host.Kill();

        await _server.NothingRuns();
    }

    [RootFact]
    public async Task A_host_that_waited_while_another_moved_the_files_goes_on_with_them()
    {
        var (first, second) = (_server.Start(userNamespace: false), _server.Start(userNamespace: false));
        var winner = await await Task.WhenAny(first, second);
        await using (winner) await ServerUnderTest.Ask(winner.ConnectionString, "create table t ()");

        await using var next = await (first.IsCompletedSuccessfully && await first == winner ? second : first);
        Assert.Equal("t", await ServerUnderTest.Ask(next.ConnectionString, "select to_regclass('t')::text"));
    }

    [RootFact]
    public async Task Where_neither_works_one_sentence_says_why_and_what_to_do()
    {
        var refusal = await ServerUnderTest.Refusal(ServerUnderTest.OptionsOf(_server.Folder, userNamespace: false, user: "no-such-user"));

        Assert.StartsWith("PostgreSQL refuses to run as root, and this machine lets root start it neither in a user namespace (", refusal, StringComparison.Ordinal);
        Assert.Contains("nor as the user no-such-user (", refusal, StringComparison.Ordinal);
        Assert.EndsWith("): start the host as an ordinary user, or give it a connection string to a database of yours.", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
        Assert.False(Directory.Exists(_server.Elsewhere));
    }

    [RootFact]
    public async Task A_place_elsewhere_that_cannot_be_made_or_is_gone_is_named()
    {
        await File.WriteAllTextAsync(_server.Elsewhere, "in the way");
        Assert.Contains($"Make {_server.Elsewhere} writable for root", await ServerUnderTest.Refusal(WithoutUserNamespace), StringComparison.Ordinal);
        File.Delete(_server.Elsewhere);

        await using (await _server.Start(userNamespace: false))
        {
        }

        Directory.Delete(_server.Elsewhere, recursive: true);
        foreach (var options in (PrivatePostgresOptions[])[WithoutUserNamespace, ServerUnderTest.OptionsOf(_server.Folder)])
        {
            Assert.EndsWith($"that folder is gone: put it back, or remove {_server.Folder}/elsewhere to begin with an empty database.", await ServerUnderTest.Refusal(options), StringComparison.Ordinal);
        }
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

    [UserNamespaceFact]
    public async Task Data_that_root_made_in_a_user_namespace_is_explained_and_left_alone()
    {
        await (await _server.Start()).DisposeAsync();
        var refusal = await ServerUnderTest.Refusal(WithoutUserNamespace);
        Assert.Contains("no longer lets root start PostgreSQL in a user namespace", refusal, StringComparison.Ordinal);
        await using var again = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(again.ConnectionString, "select 1"));
    }

    [RootFact]
    public async Task A_throwaway_server_takes_both_folders_with_it()
    {
        await using (var server = await ServerUnderTest.Start(ServerUnderTest.OptionsOf(_server.Folder, userNamespace: false, throwaway: true)))
        {
            Assert.Equal("1", await ServerUnderTest.Ask(server.ConnectionString, "select 1"));
        }

        Assert.False(Directory.Exists(_server.Folder));
        Assert.Empty(Directory.GetDirectories(_server.Elsewhere));
    }

    private PrivatePostgresOptions WithoutUserNamespace => ServerUnderTest.OptionsOf(_server.Folder, userNamespace: false);

    private static async Task<string> OwnerOf(string path)
    {
        await using var stat = WatchedProcess.Start("stat", ["-c", "%U", path]);
        Assert.Equal(0, await stat.Exited);
        return stat.Output.Trim();
    }
}
