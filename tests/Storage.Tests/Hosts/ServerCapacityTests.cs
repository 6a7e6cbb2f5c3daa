using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Storage.Hosts;

namespace VideoGen.Storage.Tests.Hosts;

using HostLock = VideoGen.Storage.Hosts.HostLock; // The private server has a lock of that name too.

public sealed class ServerCapacityTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public async Task Silos_that_want_more_connections_than_the_server_takes_are_refused_with_the_numbers()
    {
        var room = await database.One<int>("select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer");
        await using var one = await Take();
        await ServerCapacity.Check(database.Connections.Pool, room, CancellationToken.None);

        await using var two = await Take();
        await ServerCapacity.Check(database.Connections.Pool, room / 2, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServerCapacity.Check(database.Connections.Pool, room / 2 + 1, CancellationToken.None));

        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"PostgreSQL takes {room} connections, and 2 silos with Cluster:MaxConnections {room / 2 + 1} may want {2 * (room / 2 + 1)}. ") +
            "Lower Cluster:MaxConnections on all of them, or raise max_connections of the server and restart it.", refused.Message);
    }

    [Theory]
    [InlineData(10, 2, 4)]
    [InlineData(20, 5, 11)]
    [InlineData(100, 32, 64)]
    public void The_shares_of_a_process_stay_below_what_it_may_have(int most, int own, int library)
    {
        var shares = PostgresConnections.Shares("Host=127.0.0.1", most);

        Assert.Equal((own, library), (Pool(shares.Own), Pool(shares.Library)));
        Assert.Contains("Search Path=videogen", shares.Library, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smaller_pool_that_was_asked_for_stands() =>
        Assert.Equal((3, 3), PostgresConnections.Shares("Host=127.0.0.1;Maximum Pool Size=3", 100) is var shares ? (Pool(shares.Own), Pool(shares.Library)) : default);

    private Task<HostLock> Take() => HostLock.Take(
        database.Connections, new HostClaim.Silo("videogen", "videogen"), new(), TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None);

    private static int Pool(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize;
}
