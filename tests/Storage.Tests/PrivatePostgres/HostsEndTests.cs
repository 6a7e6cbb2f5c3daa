using System.Diagnostics;
using System.Globalization;
using VideoGen.Storage.Processes;
using VideoGen.Tests;

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
            Assert.NotEmpty(_server.Running);
            await host.Kill();
        }

        await _server.NothingRuns();
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
    public async Task An_old_server_that_does_not_go_is_waited_for_and_then_named()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();
        var old = await _server.ServerProcess();
        await Signals.Send("STOP", old); // It hears of no signal until it goes on.
        await host.Kill();
        try
        {
            Assert.EndsWith($"is still running (process {old}): stop it with `kill -INT {old}` and start again.", await _server.Refusal(patienceSeconds: 0), StringComparison.Ordinal);
        }
        finally
        {
            await Signals.Send("CONT", old);
        }

        await using var next = await _server.Start();
        Assert.False(Condition.Runs(old));
    }

    [Fact]
    public async Task A_server_whose_watcher_was_killed_too_is_stopped_by_the_next_host()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();
        var server = await _server.ServerProcess();
        foreach (var watcher in _server.Running.Where(IsShell))
        {
            using var process = Process.GetProcessById(watcher);
            process.Kill();
        }

        await host.Kill();
        Assert.True(Condition.Runs(server));

        await using var next = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(next.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_host_that_is_asked_to_stop_leaves_nothing_running()
    {
        await using var host = HostProcess.Start("postgres", _server.Folder);
        await host.ReadLine();

        Assert.Equal(0, await host.Stop());
        await _server.NothingRuns();
    }

    [Fact]
    public async Task A_throwaway_folder_goes_with_the_host_that_was_killed()
    {
        await using var host = HostProcess.Start("throwaway", _server.Folder);
        await host.ReadLine();
        await host.Kill();

        await Condition.Comes("end of the folder", () => !Directory.Exists(_server.Folder), withinSeconds: 10);
        await _server.NothingRuns();
    }

    [Fact]
    public async Task The_callers_PG_variables_change_nothing()
    {
        var environment = new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = "/nowhere", ["LANGUAGE"] = "de",
            ["PGHOST"] = "192.0.2.1", ["PGPORT"] = "1", ["PGUSER"] = "somebody", ["PGDATABASE"] = "other", ["PGPASSWORD"] = "wrong", ["PGDATA"] = "/nowhere",
            ["PGOPTIONS"] = "-c synchronous_commit=off", ["PGTZ"] = "Asia/Tokyo", ["PGCLIENTENCODING"] = "LATIN1", ["PGSSLMODE"] = "verify-full",
            ["PGTARGETSESSIONATTRS"] = "standby", ["PGAPPNAME"] = "stranger", ["PGPASSFILE"] = "/nowhere",
        };
        await using var host = HostProcess.Start([], environment, AppContext.BaseDirectory, "postgres", _server.Folder);
        var connectionString = await host.ReadLine();

        Assert.Contains("Host=127.0.0.1", connectionString, StringComparison.Ordinal);
        Assert.Equal("on UTC UTF8 videogen", await ServerUnderTest.Ask(connectionString,
            "select concat_ws(' ', current_setting('synchronous_commit'), current_setting('timezone'), current_setting('client_encoding'), current_user)"));
        var seen = (await File.ReadAllTextAsync($"/proc/{await _server.ServerProcess()}/environ")).Split('\0');
        Assert.Empty(seen.Select(v => v.Split('=')[0]).Intersect(environment.Keys));
        Assert.Contains("LC_ALL=C.UTF-8", seen); // Its messages, which we read, are in one language.
    }

    [UserNamespaceFact]
    public async Task Root_can_use_a_folder_that_only_root_can_enter()
    {
        File.SetUnixFileMode(_server.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var host = HostProcess.Start("postgres", _server.Folder);

        Assert.Equal("1", await ServerUnderTest.Ask(await host.ReadLine(), "select 1"));
        Assert.Equal(Path.Combine(_server.Folder, "data"), _server.Data);
        var ids = await File.ReadAllTextAsync($"/proc/{await _server.ServerProcess()}/uid_map");
        Assert.Equal(["65534", "0", "1"], ids.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)); // Nobody to itself, root to the kernel.
    }

    [RootFact]
    public async Task An_ordinary_user_needs_no_root()
    {
        const string nobody = "65534";
        var program = Path.Combine(_server.Root, "program");
        CopyFolder(AppContext.BaseDirectory, program);
        await using (var chown = WatchedProcess.Start("chown", ["-R", $"{nobody}:{nobody}", _server.Root]))
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

        await _server.NothingRuns();
    }

    private static bool IsShell(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm").Trim() is "sh" or "dash" or "bash";
        }
        catch (IOException)
        {
            return false; // It has ended since it was listed, as children of the server do.
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
