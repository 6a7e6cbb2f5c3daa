using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Tests.Webhooks;

/// <summary>One try, and what came back of it, in words.</summary>
public sealed class WebhookPostTests
{
    private static readonly string[] _secrets = [$"whsec_{Convert.ToBase64String(new byte[32])}"];

    private static WebhookPost Post(bool allowsPrivate = true) => new(Options.Create(new WebhooksOptions { PrivateAddresses = allowsPrivate }), TimeProvider.System);

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_not_called()
    {
        await using var receiver = await Receiver.Start();
        using var post = Post(allowsPrivate: false);
        var tried = await post.Send(receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "evt_1", "{}"u8.ToArray(), _secrets, CancellationToken.None);
        Assert.Null(tried.Status);
        Assert.Contains("Webhooks:PrivateAddresses", tried.Trouble, StringComparison.Ordinal);
        Assert.Empty(receiver.Deliveries);
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
