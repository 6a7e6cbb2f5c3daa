using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>
/// An account without a key, as on Google Cloud: its tokens are those of the metadata server, which is asked as documented: with
/// <c>Metadata-Flavor: Google</c>, without which it refuses, and never through a proxy.
/// </summary>
public sealed class GoogleMetadataTests(FakeProvider fake) : IClassFixture<FakeProvider>, IDisposable
{
    private const string Host = "GCE_METADATA_HOST", Question = "GET /computeMetadata/v1/instance/service-accounts/default/token?scopes=https://www.googleapis.com/auth/cloud-platform HTTP/1.1\r\n";

    public void Dispose() => Environment.SetEnvironmentVariable(Host, null);

    [Fact]
    public async Task A_token_is_had_once_for_many_calls()
    {
        var owner = Account.NewKey();
        await using var server = Server(_ => Token(owner, 3599));
        using var account = OnGoogleCloud(server.Address);
        var mark = Account.NewMark();

        var job = await account.Accepted(Account.Order(mark));
        await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Finished);

        Assert.Equal(owner, OwnerOf(mark));
        var asked = Assert.Single(server.Connections).Received;
        Assert.StartsWith(Question, asked, StringComparison.Ordinal);
        Assert.Equal(2, asked.Split("\r\n\r\n").Length); // One question, and nothing behind it.
        Assert.DoesNotContain("X-Forwarded-For", asked, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_token_that_is_about_to_end_is_replaced_before_the_next_call()
    {
        var owners = new Queue<string>([Account.NewKey(), Account.NewKey()]);
        await using var server = Server(_ => Token(owners.Dequeue(), owners.Count > 0 ? 1 : 3599));
        using var account = OnGoogleCloud(server.Address);
        var (first, second, expected) = (Account.NewMark(), Account.NewMark(), owners.ToArray());

        await account.Accepted(Account.Order(first));
        await account.Accepted(Account.Order(second));

        Assert.Equal((expected[0], expected[1]), (OwnerOf(first), OwnerOf(second)));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\nsecret answer.", "the answer was 404")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "none with a token in it")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nsecret answer.", "none with a token in it")]
    [InlineData("", "there was no answer")]
    public async Task Without_a_token_nothing_is_sent_and_it_is_said_who_gave_none(string answer, string said)
    {
        await using var server = Server(_ => answer);
        using var account = OnGoogleCloud(server.Address);
        var mark = Account.NewMark();

        var failure = Assert.IsType<SubmitReply.NotSent>(await account.Submit(Account.Order(mark))).Failure;

        Assert.Equal((FailureKind.Unavailable, "no_token"), (failure.Kind, failure.Code));
        Assert.Contains($"The metadata server at {new Uri(server.Address).Authority} gave out no token: ", failure.Detail, StringComparison.Ordinal);
        Assert.Contains(said, failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, fake.Posts(mark));
        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(mark, CancellationToken.None));
    }

    [Fact]
    public async Task Whoever_sends_on_is_not_followed()
    {
        await using var elsewhere = Server(_ => Token(Account.NewKey(), 3599));
        await using var server = Server(_ => $"HTTP/1.1 302 Found\r\nLocation: {elsewhere.Address}/\r\nContent-Length: 0\r\n\r\n");
        using var account = OnGoogleCloud(server.Address);

        var failure = Assert.IsType<SubmitReply.NotSent>(await account.Submit(Account.Order(Account.NewMark()))).Failure;

        Assert.Equal("no_token", failure.Code);
        Assert.Empty(elsewhere.Connections);
    }

    private Account OnGoogleCloud(string metadata)
    {
        Environment.SetEnvironmentVariable(Host, new Uri(metadata).Authority);
        return Account.Vertex(fake.Address, ("Credentials", "metadata_server"));
    }

    private string? OwnerOf(string mark) => Assert.Single(fake.Made(mark)).GetProperty("made").GetProperty("owner").GetString();

    private static RawServer Server(Func<string, string> answer) => new(async connection =>
    {
        for (var read = 0; await connection.ReadRequest(); read = connection.Received.Length)
        {
            var request = connection.Received[read..];
            var reply = request.Contains("\r\nMetadata-Flavor: Google\r\n", StringComparison.Ordinal) ? answer(request) : "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
            if (reply.Length == 0) return;
            await connection.Send(reply);
        }
    });

    private static string Token(string token, int seconds) =>
        $$"""{"access_token":"{{token}}","expires_in":{{seconds}},"token_type":"Bearer"}""" is var body ? $"HTTP/1.1 200 OK\r\nMetadata-Flavor: Google\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}" : "";
}
