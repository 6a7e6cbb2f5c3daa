using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>A server made of sockets alone, which sees each byte that comes, and when.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<Connection> connections = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Connection, Task> serve;
    private readonly Task accepting;

    /// <param name="serve">What is done with a connection; it is closed after that.</param>
    public RawServer(Func<Connection, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        accepting = Accept();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public IReadOnlyList<Connection> Connections
    {
        get
        {
            lock (connections) return [.. connections];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(Connections.Select(connection => connection.Served));
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var connection = new Connection(await listener.AcceptSocketAsync(stop.Token), stop.Token);
                lock (connections) connections.Add(connection);
                connection.Served = Serve(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The end, before it listened again or while it did.
        }
    }

    private async Task Serve(Connection connection)
    {
        try
        {
            await serve(connection);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other side was faster, or the test is over.
        }
        finally
        {
            connection.Close();
        }
    }

    /// <summary>One connection, and what has come over it so far.</summary>
    internal sealed class Connection(Socket socket, CancellationToken stop)
    {
        private readonly StringBuilder received = new();

        public Task Served { get; set; } = Task.CompletedTask;

        /// <summary>What was read of it.</summary>
        public string Received
        {
            get
            {
                lock (received) return received.ToString();
            }
        }

        /// <summary>Bytes that have come and are not read.</summary>
        public int Available => socket.Available;

        /// <summary>Reads until a whole request is there, or the other side closes: false then.</summary>
        public async Task<bool> ReadRequest()
        {
            var before = Received.Length;
            while (!IsWhole(Received[before..]))
            {
                if (!await ReadSome()) return false;
            }

            return true;
        }

        /// <summary>Reads whatever comes until the other side closes.</summary>
        public async Task ReadToEnd()
        {
            while (await ReadSome())
            {
                // All of it is kept.
            }
        }

        public Task Send(string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text), stop).AsTask();

        public void Close() => socket.Dispose();

        private async Task<bool> ReadSome()
        {
            var buffer = new byte[4096];
            int read;
            try
            {
                read = await socket.ReceiveAsync(buffer, stop);
            }
            catch (SocketException)
            {
                return false; // A reset is an end, too.
            }

            lock (received) received.Append(Encoding.ASCII.GetString(buffer, 0, read));
            return read > 0;
        }

        private static bool IsWhole(string text)
        {
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0) return false;
            var length = text[..head].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            return text.Length - head - 4 >= (length is null ? 0 : int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
