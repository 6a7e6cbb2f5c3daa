using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Operator;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Operator;

/// <summary>How an operator hears of a dead letter: as Standard Webhooks 1.0 has it, https://www.standardwebhooks.com.</summary>
public sealed class OperatorWebhookTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);
    private static readonly string Text = $"whsec_{Convert.ToBase64String(Secret)}";
    private static readonly DeadLetterNews News = new(
        new("v-" + new string('a', 50) + "b7", 2), new("bot", "ann"), Charged.Unknown, "unresolved", "There was no answer in time.", new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_dead_letter_is_posted_and_signed_and_has_the_same_name_when_it_is_sent_again()
    {
        await using var server = Answers("HTTP/1.1 204 No Content\r\n\r\n");
        await using var services = Services(("Url", $"{server.Address}/hook?team=1"), ("Secret", $"whsec_{Convert.ToBase64String(Secret)}"), ("PrivateAddresses", "true"));
        var news = services.GetRequiredService<IOperatorNews>();

        await news.Tell(News, CancellationToken.None);
        await news.Tell(News, CancellationToken.None);

        // Over one connection or two.
        var received = string.Concat(server.Connections.Select(connection => connection.Received)).Split("POST ")[1..];
        Assert.Equal(2, received.Length);
        var (first, second) = (Message.Of(received[0]), Message.Of(received[1]));
        Assert.StartsWith("/hook?team=1 HTTP/1.1", first.Start, StringComparison.Ordinal);
        Assert.Equal(first.Headers["webhook-id"], second.Headers["webhook-id"]);
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{first.Headers["webhook-id"]}.{first.Headers["webhook-timestamp"]}.{first.Body}")))}", first.Headers["webhook-signature"]);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(first.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange(age, TimeSpan.FromSeconds(-5), TimeSpan.FromMinutes(1));
        var body = JsonDocument.Parse(first.Body).RootElement;
        Assert.Equal(("dead_letter.arrived", News.Id.ToString(), "unknown", "unresolved", "bot", "ann"), (
            body.GetProperty("type").GetString(), body.GetProperty("data").GetProperty("id").GetString(), body.GetProperty("data").GetProperty("charged").GetString(),
            body.GetProperty("data").GetProperty("stopped_at").GetString(), body.GetProperty("data").GetProperty("client").GetString(), body.GetProperty("data").GetProperty("user").GetString()));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    public async Task Whatever_is_no_yes_is_a_failure_and_nothing_is_followed(string answer)
    {
        await using var server = Answers(answer);
        await using var services = Services(("Url", server.Address), ("Secret", $"whsec_{Convert.ToBase64String(Secret)}"), ("PrivateAddresses", "true"));

        await Assert.ThrowsAsync<HttpRequestException>(() => services.GetRequiredService<IOperatorNews>().Tell(News, CancellationToken.None));

        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task A_name_of_an_address_that_is_not_public_gets_nothing_unless_that_is_right()
    {
        await using var server = Answers("HTTP/1.1 204 No Content\r\n\r\n");
        var url = server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using (var services = Services(("Url", url), ("Secret", Text)))
        {
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => services.GetRequiredService<IOperatorNews>().Tell(News, CancellationToken.None));
            Assert.Contains("Operator:Webhook:PrivateAddresses", SafeHttp.Refusal(refused), StringComparison.Ordinal);
            Assert.Contains("Operator:Webhook:PrivateAddresses", refused.ToString(), StringComparison.Ordinal); // What the log has.
        }

        Assert.Empty(server.Connections);
        await using var allowed = Services(("Url", url), ("Secret", Text), ("PrivateAddresses", "true"));
        await allowed.GetRequiredService<IOperatorNews>().Tell(News, CancellationToken.None);
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Where_nobody_wants_to_know_nothing_is_said()
    {
        await using var services = Services();
        await services.GetRequiredService<IOperatorNews>().Tell(News, CancellationToken.None);
    }

    [Theory]
    [InlineData("Operator:Webhook:Secret must be whsec_", "Url=http://127.0.0.1:1/")]
    [InlineData("Operator:Webhook:Secret must be whsec_", "Url=http://127.0.0.1:1/", "Secret=whsec_c2hvcnQ=")]
    [InlineData("Operator:Webhook:Url must be", "Url=ftp://127.0.0.1/", "Secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Operator:Webhook:Url: 10.0.0.1 is no public address", "Url=https://10.0.0.1/", "Secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("set Operator:Webhook:PrivateAddresses to true", "Url=http://2130706433/", "Secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task What_is_wrong_is_said_by_name_at_the_start(string sentence, params string[] settings)
    {
        await using var services = Services([.. settings.Select(setting => (setting.Split('=', 2)[0], setting.Split('=', 2)[1]))]);
        Assert.Contains(sentence, Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOperatorNews>()).Message, StringComparison.Ordinal);
    }

    private static RawServer Answers(string answer) => new(async connection =>
    {
        while (await connection.ReadRequest()) await connection.Send(answer);
    });

    private static ServiceProvider Services(params (string Option, string Value)[] settings) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddOperatorNews(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Operator:Webhook:{s.Option}", (string?)s.Value))).Build())
        .BuildServiceProvider(validateScopes: true);

    private sealed record Message(string Start, Dictionary<string, string> Headers, string Body)
    {
        public static Message Of(string text)
        {
            var head = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
            var headers = head[1..].Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0].ToLowerInvariant(), parts => parts[1].Trim(), StringComparer.Ordinal);
            return new(head[0], headers, text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        }
    }
}
