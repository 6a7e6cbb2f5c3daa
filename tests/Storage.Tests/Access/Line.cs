using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace VideoGen.Storage.Tests.Access;

/// <summary>The way to the database, which a test can cut or block and on which it counts what is asked.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> ends = [];
    private readonly CancellationTokenSource closed = new();
    private readonly (string Host, int Port) server;
    private readonly Task accepting;
    private TaskCompletionSource flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool cut;
    private int asked;

    public Line(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        server = (direct.Host!, direct.Port);
        flowing.SetResult();
        listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.ConnectionString;
        accepting = Accept();
    }

    public string ConnectionString { get; }

    /// <summary>How often anything was sent to the database.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Ends every connection; new ones end at once.</summary>
    public void Cut()
    {
        cut = true;
        foreach (var end in ends) end.Close();
    }

    /// <summary>New connections work again.</summary>
    public void Mend() => cut = false;

    /// <summary>From now on the database gets nothing, and nobody is told.</summary>
    public void Block() => flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await closed.CancelAsync();
        Cut();
        listener.Dispose();
        await accepting;
        closed.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(closed.Token);
                ends.Add(near);
                var far = new TcpClient();
                ends.Add(far);
                if (cut) near.Close();
                else _ = Carry(near, far);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task Carry(TcpClient near, TcpClient far)
    {
        try
        {
            await far.ConnectAsync(server.Host, server.Port, closed.Token);
            var answers = far.GetStream().CopyToAsync(near.GetStream(), closed.Token);
            var buffer = new byte[65_536];
            while (await near.GetStream().ReadAsync(buffer, closed.Token) is > 0 and var read)
            {
                Interlocked.Increment(ref asked);
                await flowing.Task.WaitAsync(closed.Token);
                await far.GetStream().WriteAsync(buffer.AsMemory(0, read), closed.Token);
            }

            far.Close();
            await answers;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            near.Close();
            far.Close();
        }
    }
}
