using Microsoft.Extensions.Logging.Abstractions;

namespace VideoGen.Storage.Tests;

/// <summary>A command's way to the database of a folder, whether a host runs on it or not.</summary>
public sealed class PostgresVisitTests : IDisposable
{
    private readonly ServerUnderTest _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Without_a_host_it_makes_starts_and_stops_a_server_of_its_own()
    {
        Assert.Equal("1", await Ask("select 1"));
        await _server.NothingRuns();

        await Ask("create table kept as select 'still here' as word");
        await using var host = await _server.Start();
        Assert.Equal("still here", await ServerUnderTest.Ask(host.ConnectionString, "select word from kept"));
    }

    [Fact]
    public async Task Beside_a_host_it_uses_the_hosts_server_and_leaves_it_alone()
    {
        await using var host = await _server.Start();
        await Ask("create table seen as select 'by both' as word");

        Assert.Equal("by both", await ServerUnderTest.Ask(host.ConnectionString, "select word from seen"));
        Assert.False(host.Ended.IsCompleted);
    }

    [Fact]
    public async Task Commands_at_once_without_a_host_all_come_through()
    {
        Assert.Equal("0", await Ask("select 0")); // It makes the database, which takes longest.

        Assert.Equal(Enumerable.Range(1, 4).Select(n => $"{n}"), await Task.WhenAll(Enumerable.Range(1, 4).Select(n => Ask($"select {n}"))));
        await _server.NothingRuns();
    }

    [Fact]
    public async Task Beside_a_host_that_starts_it_waits_for_the_server()
    {
        var starting = _server.Start();
        var asked = Ask("select 1");

        Assert.Equal("1", await asked);
        await using var host = await starting;
        Assert.Equal("1", await ServerUnderTest.Ask(host.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task Where_whoever_has_the_folder_has_no_server_it_says_so_in_one_sentence()
    {
        Directory.CreateDirectory(_server.Folder);
        using var taken = new FileStream(Path.Combine(_server.Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(() => Ask("select 1", patienceSeconds: 0));
        Assert.StartsWith($"The host that uses {_server.Folder} has had no PostgreSQL for 0 s", refusal.Message, StringComparison.Ordinal);
    }

    private Task<string?> Ask(string sql, int patienceSeconds = 30) => PostgresVisit.Run(
        ServerUnderTest.OptionsOf(_server.Folder, patienceSeconds),
        connectionString => ServerUnderTest.Ask(connectionString, sql),
        NullLogger.Instance,
        CancellationToken.None);
}
