using System.Net;
using System.Net.Sockets;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

public sealed class PrivatePostgresTests : IDisposable
{
    private readonly ServerUnderTest _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task It_answers_and_its_data_and_port_survive_a_restart()
    {
        int port;
        await using (var first = await _server.Start())
        {
            port = first.Port;
            Assert.Equal("1", await ServerUnderTest.Ask(first.ConnectionString, "select 1"));
            await ServerUnderTest.Ask(first.ConnectionString, "create table kept as select 'still here' as word");
        }

        await _server.NothingRuns();
        await using var second = await _server.Start();
        Assert.Equal(port, second.Port);
        Assert.Equal("still here", await ServerUnderTest.Ask(second.ConnectionString, "select word from kept"));
    }

    [Fact]
    public async Task Its_settings_are_those_that_the_promises_need()
    {
        await using var postgres = await _server.Start();
        var settings = await ServerUnderTest.Ask(postgres.ConnectionString, """
            select string_agg(name || '=' || current_setting(name), ' ' order by name) from pg_settings where name in
              ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'unix_socket_directories',
               'password_encryption', 'server_encoding', 'lc_collate', 'lc_ctype', 'max_connections', 'shared_buffers')
            """);
        Assert.Equal(
            "data_checksums=on fsync=on full_page_writes=on lc_collate=C.UTF-8 lc_ctype=C.UTF-8 listen_addresses=127.0.0.1 max_connections=100 password_encryption=scram-sha-256 "
            + "server_encoding=UTF8 shared_buffers=128MB synchronous_commit=on unix_socket_directories=",
            settings);
    }

    [Fact]
    public async Task A_second_host_on_the_folder_is_refused_in_one_sentence()
    {
        await using var first = await _server.Start();
        var refusal = await _server.Refusal(patienceSeconds: 1);

        Assert.StartsWith($"Another host is using {_server.Folder}", refusal, StringComparison.Ordinal);
        Assert.Equal("1", await ServerUnderTest.Ask(first.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_second_host_waits_for_the_first_to_stop()
    {
        var first = await _server.Start();
        var second = _server.Start();
        await first.DisposeAsync();

        await using var started = await second;
        Assert.Equal("1", await ServerUnderTest.Ask(started.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_taken_port_is_left_alone_and_the_next_one_remembered()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        int port;
        await using (var first = await _server.Start(firstPort: taken))
        {
            port = first.Port;
            Assert.InRange(port, taken + 1, taken + 200);
        }

        other.Stop();
        await using var second = await _server.Start(firstPort: taken);
        Assert.Equal(port, second.Port);
    }

    [Fact]
    public async Task The_password_is_for_its_owner_only_and_nobody_gets_in_without_it()
    {
        await using var postgres = await _server.Start();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_server.Folder, "password")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_server.Folder));
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ServerUnderTest.Ask(postgres.ConnectionString + ";Password=guess", "select 1"));
        Assert.Equal(Npgsql.PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task A_wrong_or_missing_password_file_is_explained()
    {
        await using (await _server.Start())
        {
        }

        var file = Path.Combine(_server.Folder, "password");
        await File.WriteAllTextAsync(file, "another");
        Assert.Contains($"The password in {file} is not that of the database", await _server.Refusal(), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains($"put {file} back", await _server.Refusal(), StringComparison.Ordinal);
        await _server.NothingRuns();
    }

    [Fact]
    public async Task Data_of_another_major_version_is_explained_and_left_alone()
    {
        await using (await _server.Start())
        {
        }

        var version = Path.Combine(_server.Data, "PG_VERSION");
        await File.WriteAllTextAsync(version, "9\n");

        Assert.Contains($"The database in {_server.Data} was made by PostgreSQL 9, but only PostgreSQL", await _server.Refusal(), StringComparison.Ordinal);
        Assert.Equal("9\n", await File.ReadAllTextAsync(version));
    }

    [Fact]
    public async Task Data_is_started_with_the_version_that_made_it_although_a_newer_one_is_installed()
    {
        await using (await _server.Start())
        {
        }

        var newer = Directory.CreateDirectory(Path.Combine(_server.Root, "newer")).FullName;
        foreach (var (program, says) in (Dictionary<string, string>)new() { ["initdb"] = "", ["postgres"] = "echo 'postgres (PostgreSQL) 99.1'" })
        {
            await File.WriteAllTextAsync(Path.Combine(newer, program), $"#!/bin/sh\n{says}\n");
            File.SetUnixFileMode(Path.Combine(newer, program), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string[] installed = [newer, .. Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))];
        await using (var postgres = await _server.Start(binaryFolders: installed))
        {
            Assert.Equal("1", await ServerUnderTest.Ask(postgres.ConnectionString, "select 1"));
        }

        Assert.Contains("but only PostgreSQL 99 is installed", await _server.Refusal(binaryFolders: [newer]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_PostgreSQL_is_explained_with_the_line_to_type() =>
        Assert.Contains("type `sudo apt-get install -y postgresql`", await _server.Refusal(binaryFolders: ["/nowhere"]), StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        await using (await _server.Start())
        {
        }

        await File.AppendAllTextAsync(Path.Combine(_server.Data, "postgresql.conf"), "\nno_such_setting = 1\n");
        var refusal = await _server.Refusal();
        Assert.Contains("FATAL:", refusal, StringComparison.Ordinal);
        Assert.Contains("postgresql.conf", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_use_that_was_cut_short_begins_again()
    {
        await using (await _server.Start())
        {
        }

        var unfinished = _server.Data + ".new";
        Directory.Move(_server.Data, unfinished);
        await using var postgres = await _server.Start();

        Assert.Equal("1", await ServerUnderTest.Ask(postgres.ConnectionString, "select 1"));
        Assert.False(Directory.Exists(unfinished));
    }

    [Fact]
    public async Task A_pid_file_that_names_some_other_process_is_no_server()
    {
        await using (await _server.Start())
        {
        }

        var self = Environment.ProcessId;
        await File.WriteAllTextAsync(Path.Combine(_server.Data, "postmaster.pid"), $"{self}\n{_server.Data}\n0\n15432\n\n127.0.0.1\n1 1\nready\n");
        await using var postgres = await _server.Start();
        Assert.Equal("1", await ServerUnderTest.Ask(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing_running()
    {
        await using var first = await _server.Start();
        using var cancel = new CancellationTokenSource();
        var second = ServerUnderTest.Start(ServerUnderTest.OptionsOf(_server.Folder), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal("1", await ServerUnderTest.Ask(first.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_server_that_ends_by_itself_is_reported()
    {
        await using var postgres = await _server.Start();
        await Signals.Send("QUIT", await _server.ServerProcess());
        await postgres.Ended.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
