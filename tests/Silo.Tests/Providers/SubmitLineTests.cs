using System.Net;
using System.Net.Http.Headers;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>What a submit puts on a real socket, and when: the gate is the last thing before its first byte, and nothing is sent twice.</summary>
public sealed class SubmitLineTests
{
    private const string Accepted = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"id\":\"video_000001\"}";

    [Theory]
    [InlineData(40)]
    [InlineData(4096)] // The head alone is more than .NET's buffer for it.
    public async Task Behind_a_closed_gate_not_one_byte_leaves(int keyLength)
    {
        await using var server = new RawServer(connection => connection.ReadToEnd());
        using var account = Account.OpenAi(server.Address, key: new string('k', keyLength));

        var reply = await account.Provider.Submit(Account.Order(Account.NewMark()), LocalHost.Closed, CancellationToken.None);

        Assert.Equal(FailureKind.Expired, Assert.IsType<SubmitReply.NotSent>(reply).Failure.Kind);
        var connection = await OnlyConnection(server);
        await connection.Served.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("", connection.Received);
    }

    [Fact]
    public async Task Behind_a_closed_gate_not_one_byte_of_a_picture_leaves()
    {
        await using var server = new RawServer(connection => connection.ReadToEnd());
        using var account = Account.OpenAi(server.Address);
        using var picture = new MemoryStream(new byte[5 << 20]);
        var input = await account.Inputs.Save(picture, "image/png", CancellationToken.None);

        var reply = await account.Provider.Submit(Account.Order(Account.NewMark()) with { Input = input }, LocalHost.Closed, CancellationToken.None);

        Assert.IsType<SubmitReply.NotSent>(reply);
        var connection = await OnlyConnection(server);
        await connection.Served.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("", connection.Received);
    }

    [Fact]
    public async Task The_gate_is_asked_when_it_is_connected_and_before_the_first_byte()
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = new RawServer(async connection =>
        {
            await release.Task;
            if (await connection.ReadRequest()) await connection.Send(Accepted);
        });
        using var account = Account.OpenAi(server.Address);
        var clock = new GateClock(() =>
        {
            asked.SetResult();
            release.Task.Wait(TimeSpan.FromSeconds(30));
        });
        var submit = Task.Run(() => account.Provider.Submit(Account.Order(Account.NewMark()), clock.Gate, CancellationToken.None));

        try
        {
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
            var connection = await OnlyConnection(server);
            Assert.Equal(0, connection.Available);
        }
        finally
        {
            release.SetResult();
        }

        Assert.Equal(new SubmitReply.Accepted("video_000001"), await submit);
        Assert.Equal(1, clock.Asked);
    }

    [Fact]
    public async Task A_request_is_what_the_protocol_says_and_asks_for_nothing_more()
    {
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadRequest()) await connection.Send(Accepted);
        });
        using var account = Account.OpenAi(server.Address, key: "sk-fake-1");
        using var trace = new System.Diagnostics.Activity("a trace").Start();

        await account.Accepted(Account.Order("test1-v-a-1.1", "A \"small\" red boat"));

        var request = (await OnlyConnection(server)).Received;
        Assert.StartsWith("POST /v1/videos HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("""{"prompt":"A \u0022small\u0022 red boat","model":"sora-2","size":"320x180","seconds":"1"}""", request, StringComparison.Ordinal);
        string[] heads = ["Accept", "Authorization", "Connection", "Content-Length", "Content-Type", "Host", "Idempotency-Key"];
        Assert.Equal(heads, request.Split("\r\n\r\n")[0].Split("\r\n").Skip(1).Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_submit_has_a_connection_of_its_own_however_much_the_server_would_keep_it()
    {
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequest()) await connection.Send(Accepted);
        });
        using var account = Account.OpenAi(server.Address);

        for (var i = 0; i < 3; i++) await account.Accepted(Account.Order(Account.NewMark()));

        Assert.Equal(3, server.Connections.Count);
        Assert.All(server.Connections, connection => Assert.Single(connection.Received.Split("POST ").Skip(1)));
    }

    [Fact]
    public async Task A_kept_connection_that_the_server_closes_without_an_answer_is_one_submit()
    {
        var answered = 0;
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequest())
            {
                if (Interlocked.Increment(ref answered) > 1) return; // From the second on: read, and closed without a word.
                await connection.Send(Accepted);
            }
        });
        using var account = Account.OpenAi(server.Address);
        await account.Accepted(Account.Order(Account.NewMark()));

        Assert.IsType<SubmitReply.Unknown>(await account.Submit(Account.Order(Account.NewMark())));

        Assert.Equal(2, server.Connections.Sum(connection => connection.Received.Split("POST ").Length - 1));
    }

    [Fact]
    public async Task A_call_on_a_kept_connection_that_the_server_closes_is_made_again_and_that_is_why_submits_have_their_own()
    {
        // The other kind of connection, to show what is kept away from submits: .NET itself sends what has no body a second time.
        var answered = 0;
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequest())
            {
                if (Interlocked.Increment(ref answered) == 2) return;
                await connection.Send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}");
            }
        });
        using var account = Account.OpenAi(server.Address);

        for (var i = 0; i < 2; i++) Assert.IsType<CheckReply.Trouble>(await account.Provider.Check("video_1", CancellationToken.None));

        Assert.Equal(3, server.Connections.Sum(connection => connection.Received.Split("GET ").Length - 1));
    }

    [Fact]
    public async Task A_body_is_given_out_once()
    {
        using var content = new SubmitContent("{}"u8.ToArray(), new MediaTypeHeaderValue("application/json"), LocalHost.Open);
        using var first = new MemoryStream();
        await content.CopyToAsync(first);

        using var second = new MemoryStream();
        await Assert.ThrowsAsync<InvalidOperationException>(() => content.CopyToAsync(second));

        Assert.Equal((2, 0), (first.Length, second.Length));
        Assert.True(content.MayHaveLeft);
    }

    [Fact]
    public async Task A_wait_for_a_connection_that_ends_is_a_proof_and_a_wait_for_an_answer_is_none()
    {
        // A listener whose queue is full answers no connection any more.
        using var full = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = Enumerable.Range(0, 3).Select(_ => new System.Net.Sockets.TcpClient()).ToList();
        foreach (var client in waiting) _ = client.ConnectAsync((IPEndPoint)full.LocalEndPoint!).ContinueWith(_ => { }, TaskScheduler.Default);
        using var unreachable = Account.OpenAi($"http://127.0.0.1:{((IPEndPoint)full.LocalEndPoint!).Port}");
        using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System))
        {
            Assert.IsType<SubmitReply.NotSent>(await unreachable.Submit(Account.Order(Account.NewMark()), timeout.Token));
        }

        waiting.ForEach(client => client.Dispose());
        await using var server = new RawServer(connection => connection.ReadToEnd());
        using var silent = Account.OpenAi(server.Address);
        using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System))
        {
            Assert.IsType<SubmitReply.Unknown>(await silent.Submit(Account.Order(Account.NewMark()), timeout.Token));
        }
    }

    private static Task<RawServer.Connection> OnlyConnection(RawServer server) =>
        Eventually.Get("a connection is there", () => Task.FromResult(server.Connections.SingleOrDefault()));

    /// <summary>A clock that tells when the gate looks at it.</summary>
    private sealed class GateClock(Action onAsked) : TimeProvider
    {
        private bool isOpen;

        public int Asked { get; private set; }

        public SubmitGate Gate
        {
            get
            {
                var gate = new SubmitGate(this, GetTimestamp(), TimeSpan.FromMinutes(1));
                isOpen = true;
                return gate;
            }
        }

        public override long GetTimestamp()
        {
            if (isOpen)
            {
                Asked++;
                onAsked();
            }

            return System.GetTimestamp();
        }
    }
}
