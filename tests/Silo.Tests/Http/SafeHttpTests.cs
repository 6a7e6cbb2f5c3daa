using System.Net;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Http;

/// <summary>However a private address is written, nobody is connected to there; the one that listens is this machine.</summary>
public sealed class SafeHttpTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("0")]
    [InlineData("0.0.0.0")]
    [InlineData("①②⑦.⓪.⓪.①")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    public async Task An_address_that_is_not_public_is_not_connected_to_however_it_is_written(string host)
    {
        await using var server = Server();
        using var line = new HttpMessageInvoker(SafeHttp.Guarded("Its:Option", allowsPrivate: false));

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Get(line, $"http://{host}:{PortOf(server)}/"));

        Assert.Contains("is no public address", SafeHttp.Refusal(refused), StringComparison.Ordinal);
        Assert.Contains("set Its:Option to true", SafeHttp.Refusal(refused), StringComparison.Ordinal);
        Assert.Empty(server.Connections);
    }

    [Theory]
    [InlineData("8.8.8.8 127.0.0.1")]
    [InlineData("127.0.0.1 8.8.8.8")]
    [InlineData("2606:4700::1 fd00::1")]
    [InlineData("169.254.169.254")]
    public async Task A_name_with_one_that_is_not_public_among_others_is_refused(string addresses)
    {
        await using var server = Server();
        var asked = new List<string>();
        using var line = new HttpMessageInvoker(SafeHttp.Guarded("Its:Option", allowsPrivate: false, (host, _) =>
        {
            asked.Add(host);
            return Task.FromResult(addresses.Split(' ').Select(IPAddress.Parse).ToArray());
        }));

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Get(line, $"http://videos.example.com:{PortOf(server)}/"));

        Assert.StartsWith("videos.example.com is ", SafeHttp.Refusal(refused), StringComparison.Ordinal);
        Assert.Equal(["videos.example.com"], asked);
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task A_connection_is_made_to_what_was_looked_at_and_the_name_is_not_resolved_again()
    {
        await using var server = Server();
        var asked = 0;
        using var line = new HttpMessageInvoker(SafeHttp.Guarded("Its:Option", allowsPrivate: true, (_, _) =>
        {
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        }));

        Assert.Equal(HttpStatusCode.OK, await Get(line, $"http://nowhere.invalid:{PortOf(server)}/"));
        Assert.Equal((1, 1), (asked, server.Connections.Count));
    }

    [Fact]
    public async Task Whoever_cannot_be_reached_is_another_trouble()
    {
        using var line = new HttpMessageInvoker(SafeHttp.Guarded("Its:Option", allowsPrivate: true));
        Assert.Null(SafeHttp.Refusal(await Assert.ThrowsAsync<HttpRequestException>(() => Get(line, "http://127.0.0.1:1/"))));
    }

    private static RawServer Server() => new(async connection =>
    {
        while (await connection.ReadRequest()) await connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    });

    private static string PortOf(RawServer server) => server.Address.Split(':')[^1];

    private static async Task<HttpStatusCode> Get(HttpMessageInvoker line, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var answer = await line.SendAsync(request, CancellationToken.None);
        return answer.StatusCode;
    }
}
