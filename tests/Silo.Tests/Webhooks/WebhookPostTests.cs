using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Webhooks;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Webhooks;

/// <summary>One try, and what came back of it, in words.</summary>
public sealed class WebhookPostTests
{
    private static readonly string[] _secrets = [$"whsec_{Convert.ToBase64String(new byte[32])}"];

    private static WebhookPost Post(bool allowsPrivate = true) => new(Options.Create(new WebhooksOptions { PrivateAddresses = allowsPrivate }), TimeProvider.System, NullLogger<WebhookPost>.Instance);

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_not_called()
    {
        await using var receiver = await Receiver.Start();
        using var post = Post(allowsPrivate: false);
        var tried = await post.Send(receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
        Assert.Equal((null, WebhookPost.Unreachable), (tried.Status, tried.Trouble));
        Assert.Empty(receiver.Deliveries);
    }

    [Fact]
    public async Task What_a_private_name_is_and_that_there_is_none_is_one_sentence_for_clients_and_the_log_says_which()
    {
        var log = new ConcurrentQueue<string>();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(new LogLines(log)));
        foreach (var (resolve, said) in ((Func<IPAddress[]>, string)[])
        [
            (() => [IPAddress.Parse("10.0.3.7")], "db.corp.example is 10.0.3.7, which is no public address, so nothing is sent there. Where that is right, set Webhooks:PrivateAddresses to true."),
            (() => throw new SocketException((int)SocketError.HostNotFound), "The name db.corp.example is not known."),
            (() => throw new SocketException((int)SocketError.TryAgain), "The name db.corp.example is not known."),
            (() => throw new SocketException((int)SocketError.NoData), "The name db.corp.example is not known."),
        ])
        {
            log.Clear();
            using var handler = SafeHttp.Guarded(WebhookAddress.PrivateOption, allowsPrivate: false, (_, _) => Task.FromResult(resolve()));
            using var post = new WebhookPost(handler, TimeProvider.System, logs.CreateLogger<WebhookPost>());
            var tried = await post.Send("https://db.corp.example/?key=secret", "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
            Assert.Equal((null, "Its address cannot be reached, or is not on the public internet."), (tried.Status, tried.Trouble));
            var line = Assert.Single(log);
            Assert.Contains($"evt_1 was not sent to a client's webhook. {said}", line, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_in_time_is_said_and_only_its_callers_own_end_is_thrown()
    {
        using var handler = Late(TimeSpan.FromMilliseconds(50));
        using var post = new WebhookPost(handler, TimeProvider.System, NullLogger<WebhookPost>.Instance);
        var tried = await post.Send("https://example.com/", "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
        Assert.Equal((null, "It did not answer in time: a connection may take 10 s, and all of it 15 s."), (tried.Status, tried.Trouble));

        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => post.Send("https://example.com/", "evt_1", "{}"u8.ToArray(), _secrets, ended.Token));
    }

    /// <summary>Nobody ever learns what a name is, and a connection may take this long.</summary>
    internal static SocketsHttpHandler Late(TimeSpan patience)
    {
        var handler = SafeHttp.Guarded(WebhookAddress.PrivateOption, allowsPrivate: false, async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return [];
        });
        handler.ConnectTimeout = patience;
        return handler;
    }

    [Theory]
    [InlineData(StatusCodes.Status307TemporaryRedirect, "redirects are not followed")]
    [InlineData(StatusCodes.Status410Gone, "410")]
    [InlineData(StatusCodes.Status404NotFound, "only a 2xx")]
    public async Task Whatever_is_no_2xx_is_said_with_its_status_and_is_sent_nowhere_else(int status, string words)
    {
        await using var receiver = await Receiver.Start();
        receiver.Answer = (_, _) => Task.FromResult(status);
        using var post = Post();
        var tried = await post.Send(receiver.Address, "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
        Assert.Equal(status, tried.Status);
        Assert.Contains(words, tried.Trouble, StringComparison.Ordinal);
        Assert.Single(receiver.Deliveries);
    }

    [Fact]
    public async Task Where_nobody_listens_or_what_comes_is_no_answer_is_said_without_the_address()
    {
        using var post = Post();
        await using var silent = new RawServer(async connection => await connection.ReadRequest()); // And closes.
        await using var chatty = new RawServer(async connection =>
        {
            await connection.ReadRequest();
            await connection.Send("HELLO\r\n\r\n");
        });
        foreach (var url in (string[])["http://127.0.0.1:1/?key=secret", $"{silent.Address}/?key=secret", $"{chatty.Address}/?key=secret"])
        {
            var tried = await post.Send(url, "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
            Assert.Null(tried.Status);
            Assert.NotNull(tried.Trouble);
            Assert.DoesNotContain("secret", tried.Trouble, StringComparison.Ordinal);
        }
    }
}
