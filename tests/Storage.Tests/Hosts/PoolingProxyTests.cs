using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Hosts;

using HostLock = VideoGen.Storage.Hosts.HostLock; // The private server has a lock of that name too.

/// <summary>Through a real PgBouncer, where there is one (<c>apt-get install pgbouncer</c>).</summary>
public sealed class PoolingProxyTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private const string Program = "/usr/sbin/pgbouncer";

    [PgBouncerTheory]
    [InlineData("transaction", 1)]
    [InlineData("transaction", 20)]
    [InlineData("statement", 20)]
    public async Task A_proxy_that_pools_transactions_is_refused(string mode, int sessions)
    {
        await using var proxy = await Proxy.Start(database.ConnectionString, mode, sessions);
        await using var connections = new PostgresConnections(proxy.ConnectionString);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Take(connections));

        // Statement pooling does not even allow the transaction that we look with.
        if (mode == "transaction") Assert.Contains("Connect to PostgreSQL itself, or set pool_mode=session", Assert.IsType<HostLockException>(refused).Message, StringComparison.Ordinal);
    }

    [PgBouncerFact]
    public async Task A_proxy_that_pools_sessions_is_as_good_as_none()
    {
        await using var proxy = await Proxy.Start(database.ConnectionString, "session", 20);
        await using var connections = new PostgresConnections(proxy.ConnectionString);

        await using var held = await Take(connections);
        await Assert.ThrowsAsync<HostLockException>(() => Take(database.Connections));
    }

    private static Task<HostLock> Take(PostgresConnections connections) => HostLock.Take(
        connections, new HostClaim.Alone(), new() { StartPatience = TimeSpan.Zero }, TimeProvider.System, NullLogger<HostLock>.Instance, CancellationToken.None);

    private sealed class Proxy(Process process, string folder, string connectionString) : IAsyncDisposable
    {
        public string ConnectionString => connectionString;

        public static async Task<Proxy> Start(string database, string mode, int sessions)
        {
            var server = new NpgsqlConnectionStringBuilder(database);
            var folder = Directory.CreateTempSubdirectory("videogen-pgbouncer-").FullName;
            var port = FreePort();
            var settings = Path.Combine(folder, "pgbouncer.ini");
            await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture,
                $"""
                [databases]
                proxied = host={server.Host} port={server.Port} dbname={server.Database} user={server.Username} password={server.Password}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = {mode}
                default_pool_size = {sessions}
                ignore_startup_parameters = extra_float_digits
                """));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));

            // It does not run as root.
            var process = Process.Start(new ProcessStartInfo(Program, Environment.IsPrivilegedProcess ? ["-q", "-u", "nobody", settings] : ["-q", settings]))!;
            var through = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1", Port = port, Database = "proxied", Username = "anyone", SslMode = SslMode.Disable,
            };
            var proxy = new Proxy(process, folder, through.ConnectionString);
            await Until.True("the proxy listens", async () =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            });
            return proxy;
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PgBouncerFactAttribute : FactAttribute
    {
        public PgBouncerFactAttribute() => Skip = File.Exists(Program) ? null : $"{Program} is not installed";
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PgBouncerTheoryAttribute : TheoryAttribute
    {
        public PgBouncerTheoryAttribute() => Skip = File.Exists(Program) ? null : $"{Program} is not installed";
    }
}
