using System.Diagnostics;
using System.Globalization;

namespace VideoGen.Storage.Tests;

/// <summary>A host of its own process, because it is killed or is another user.</summary>
public sealed class HostsEndTests : IDisposable
{
    private readonly ServerUnderTest _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task The_server_ends_when_the_host_is_killed_and_starts_again_with_its_data()
    {
        await using (var host = HostProcess.Start("postgres", _server.Folder))
        {
            var connectionString = await host.ReadLine();
            await ServerUnderTest.Ask(connectionString, "create table kept as select 'committed' as word");
            Assert.NotEmpty(Condition.RunningIn(_server.Root));
            await host.Kill();
        }

        await Condition.Comes("end of the server and its watcher", () => Condition.RunningIn(_server.Root).Count == 0, withinSeconds: 10);
        await using var again = await _server.Start();
        Assert.Equal("committed", await ServerUnderTest.Ask(again.ConnectionString, "select word from kept"));
    }

    [Fact]
    public async Task A_host_started_right_after_a_kill_waits_for_the_old_server()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();
        await host.Kill();

        await using var next = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(next.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_server_whose_watcher_was_killed_too_is_stopped_by_the_next_host()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();
        var server = (await File.ReadAllLinesAsync(Path.Combine(_server.Folder, "data", "postmaster.pid")))[0];
        foreach (var watcher in Condition.RunningIn(_server.Root).Where(IsShell))
        {
            using var process = Process.GetProcessById(watcher);
            process.Kill();
        }

        await host.Kill();
        Assert.True(Condition.Runs(int.Parse(server, CultureInfo.InvariantCulture)));

        await using var next = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(next.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_host_that_is_asked_to_stop_leaves_nothing_running()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();

        Assert.Equal(0, await host.Stop());
        await Condition.Comes("end of everything in the folder", () => Condition.RunningIn(_server.Root).Count == 0, withinSeconds: 2);
    }

    [Fact]
    public async Task A_throwaway_folder_goes_with_the_host_that_was_killed()
    {
        await using var host = HostProcess.Start("throwaway", _server.Folder);
        await host.ReadLine();
        await host.Kill();

        await Condition.Comes("end of the folder", () => !Directory.Exists(_server.Folder), withinSeconds: 10);
        await Condition.Comes("end of everything in the folder", () => Condition.RunningIn(_server.Root).Count == 0, withinSeconds: 2);
    }

    [Fact]
    public async Task The_callers_PG_variables_change_nothing()
    {
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = "192.0.2.1", ["PGPORT"] = "1", ["PGUSER"] = "somebody", ["PGDATABASE"] = "other", ["PGPASSWORD"] = "wrong", ["PGDATA"] = "/nowhere",
            ["PGOPTIONS"] = "-c synchronous_commit=off", ["PGTZ"] = "Asia/Tokyo", ["PGCLIENTENCODING"] = "LATIN1", ["PGSSLMODE"] = "verify-full",
            ["PGTARGETSESSIONATTRS"] = "standby", ["PGAPPNAME"] = "stranger", ["PGPASSFILE"] = "/nowhere",
        };
        await using var host = HostProcess.Start([], environment, AppContext.BaseDirectory, "postgres", _server.Folder);
        var connectionString = await host.ReadLine();

        Assert.Contains("Host=127.0.0.1", connectionString, StringComparison.Ordinal);
        Assert.Equal("on UTC UTF8 videogen", await ServerUnderTest.Ask(connectionString,
            "select concat_ws(' ', current_setting('synchronous_commit'), current_setting('timezone'), current_setting('client_encoding'), current_user)"));
        var server = (await File.ReadAllLinesAsync(Path.Combine(_server.Folder, "data", "postmaster.pid")))[0];
        var seen = (await File.ReadAllTextAsync($"/proc/{server}/environ")).Split('\0').Select(v => v.Split('=')[0]);
        Assert.Empty(seen.Intersect(environment.Keys));
    }

    [RootFact]
    public async Task Root_can_use_a_folder_that_only_root_can_enter()
    {
        File.SetUnixFileMode(_server.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var host = HostProcess.Start("postgres", _server.Folder);

        Assert.Equal("1", await ServerUnderTest.Ask(await host.ReadLine(), "select 1"));
    }

    [RootFact]
    public async Task An_ordinary_user_needs_no_root()
    {
        const string nobody = "65534";
        var program = Path.Combine(_server.Root, "program");
        CopyFolder(AppContext.BaseDirectory, program);
        await using (var chown = Processes.WatchedProcess.Start("chown", ["-R", $"{nobody}:{nobody}", _server.Root]))
        {
            Assert.Equal(0, await chown.Exited);
        }

        string[] asNobody = ["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups"];
        var environment = new Dictionary<string, string> { ["HOME"] = _server.Root };
        await using (var host = HostProcess.Start(asNobody, environment, program, "postgres", _server.Folder))
        {
            Assert.Equal("1", await ServerUnderTest.Ask(await host.ReadLine(), "select 1"));
            await host.Kill();
        }

        await Condition.Comes("end of the server and its watcher", () => Condition.RunningIn(_server.Root).Count == 0, withinSeconds: 10);
    }

    private static bool IsShell(int pid) =>
        File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm").Trim() is "sh" or "dash" or "bash";

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
