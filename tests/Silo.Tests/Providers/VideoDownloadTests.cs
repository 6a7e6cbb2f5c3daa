using System.Net;
using VideoGen.Grains.Requests;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Where a finished video is fetched from when its provider names the place, or sends on to it.</summary>
public sealed class VideoDownloadTests
{
    private const string Job = """{"id":"video_1","object":"video","status":"completed","progress":100,"model":"sora-2","seconds":"1","size":"320x180","created_at":1}""";

    [Fact]
    public async Task The_accounts_own_server_may_send_on_to_itself_with_our_token()
    {
        await using var provider = Provider(path => path == "/v1/videos/video_1/content" ? Redirect("/files/1.mp4") : Ok("the video"));
        using var account = Account.OpenAi(provider.Address, "sk-own");

        Assert.Equal("the video", await Fetched(account));
        Assert.All(Requests(provider), request => Assert.Contains("Authorization: Bearer sk-own", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/1.mp4")]
    [InlineData("http://localhost:{0}/1.mp4")]
    [InlineData("http://2130706433:{0}/1.mp4")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/1.mp4")]
    [InlineData("https://127.0.0.1:{0}/1.mp4")]
    [InlineData("//127.0.0.1:{0}/1.mp4")]
    [InlineData("http://someone:secret@127.0.0.1:{0}/1.mp4")]
    [InlineData("file:///etc/passwd")]
    public async Task Whoever_is_sent_on_to_a_private_address_is_refused_and_the_video_is_not_gone(string location)
    {
        await using var inside = Provider(_ => Ok("a secret"));
        await using var provider = Provider(path => path.EndsWith("/content", StringComparison.Ordinal) ? Redirect(string.Format(null, location, inside.Address.Split(':')[^1])) : Ok(Job));
        using var account = Account.OpenAi(provider.Address);

        var trouble = Assert.IsType<SourceReply.Trouble>(await account.Source.Open("video_1", CancellationToken.None)).Failure;

        Assert.Equal((FailureKind.Unavailable, HttpFailures.AddressRefused), (trouble.Kind, trouble.Code));
        Assert.DoesNotContain("secret", trouble.Detail, StringComparison.Ordinal);
        Assert.Empty(inside.Connections);
    }

    [Fact]
    public async Task Where_the_operator_says_that_it_is_right_it_is_fetched_there_without_our_token()
    {
        await using var inside = Provider(_ => Ok("the video"));
        await using var provider = Provider(_ => Redirect($"{inside.Address}/1.mp4"));
        using var account = Account.OpenAi(provider.Address, "sk-own", ("PrivateAddresses", "true"));

        Assert.Equal("the video", await Fetched(account));
        Assert.DoesNotContain("Authorization", Assert.Single(Requests(inside)), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(VideoDownload.MaxRedirects, true)]
    [InlineData(VideoDownload.MaxRedirects + 1, false)]
    public async Task It_is_sent_on_three_times_at_most(int times, bool fetched)
    {
        var sent = 0;
        await using var provider = Provider(path => path == "/v1/videos/video_1" ? Ok(Job) : sent++ < times ? Redirect($"/hop/{sent}") : Ok("the video"));
        using var account = Account.OpenAi(provider.Address);

        if (fetched) Assert.Equal("the video", await Fetched(account));
        else Assert.Equal(HttpFailures.AddressRefused, Assert.IsType<SourceReply.Trouble>(await account.Source.Open("video_1", CancellationToken.None)).Failure.Code);
        Assert.Equal(1 + VideoDownload.MaxRedirects, Requests(provider).Count(request => !request.StartsWith("GET /v1/videos/video_1 ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("https://api.example.com/v1/", "http://videos.example.com/1.mp4")] // Not https, and the account is.
    [InlineData("https://api.example.com/v1/", "http://api.example.com/1.mp4")]
    [InlineData("http://api.example.com/v1/", "ftp://videos.example.com/1.mp4")]
    [InlineData("http://api.example.com/v1/", "http://someone@videos.example.com/1.mp4")]
    public async Task What_is_not_https_or_has_a_user_in_it_is_refused_before_a_name_is_resolved(string account, string place)
    {
        using var download = new VideoDownload(new(account), allowsPrivate: true, (_, _) => throw new InvalidOperationException("A name was resolved."));
        await Assert.ThrowsAsync<AddressRefusedException>(() => download.Get(new(place), (_, _) => throw new InvalidOperationException("The account was asked."), _ => { }, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_provider_names_in_its_answer_is_refused_as_well()
    {
        await using var inside = Provider(_ => Ok("a secret"));
        var url = $"https://127.0.0.1:{inside.Address.Split(':')[^1]}/1.mp4";
        await using var provider = Provider(_ => Ok($$$$"""{"code":0,"data":{"task_id":"1","task_status":"succeed","task_result":{"videos":[{"url":"{{{{url}}}}"}]}}}"""));
        using var account = Account.Kling(provider.Address);

        var trouble = Assert.IsType<SourceReply.Trouble>(await account.Source.Open("text2video/1", CancellationToken.None)).Failure;

        Assert.Equal(HttpFailures.AddressRefused, trouble.Code);
        Assert.Contains("127.0.0.1", trouble.Detail, StringComparison.Ordinal);
        Assert.Contains("PrivateAddresses", trouble.Detail, StringComparison.Ordinal);
        Assert.Empty(inside.Connections);
    }

    [Fact]
    public async Task The_rest_of_a_video_is_asked_for_where_its_beginning_was_and_sent_on_without_our_token()
    {
        await using var inside = new RawServer(async connection =>
        {
            await connection.ReadRequest();
            await connection.Send(connection.Received.Contains("Range: bytes=4-", StringComparison.Ordinal)
                ? "HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 4-8/9\r\nContent-Length: 5\r\n\r\nvideo"
                : Half);
        });
        await using var provider = Provider(_ => Redirect($"{inside.Address}/1.mp4"));
        using var account = Account.OpenAi(provider.Address, "sk-own", ("PrivateAddresses", "true"));

        var opened = Assert.IsType<SourceReply.Opened>(await account.Source.Open("video_1", CancellationToken.None));
        await using (opened.Video)
        {
            Assert.Equal("the ", await Broken(opened.Video));
            Assert.True(await ((IResumableVideo)opened.Video).Resume(CancellationToken.None));
            using var rest = new StreamReader(opened.Video);
            Assert.Equal("video", await rest.ReadToEndAsync());
        }

        Assert.Equal(2, Requests(provider).Count(request => request.Contains("Authorization: Bearer sk-own", StringComparison.Ordinal)));
        Assert.All(Requests(inside), request => Assert.DoesNotContain("Authorization", request, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("If-Range: \"1\"", Requests(inside)[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_sent_on_to_a_private_address_for_the_rest_of_a_video_is_refused_there_too()
    {
        var asked = 0;
        await using var inside = Provider(_ => Ok("a secret"));
        await using var provider = new RawServer(async connection =>
        {
            await connection.ReadRequest();
            await connection.Send(asked++ == 0 ? Half : Redirect($"{inside.Address}/1.mp4"));
        });
        using var account = Account.OpenAi(provider.Address);

        var opened = Assert.IsType<SourceReply.Opened>(await account.Source.Open("video_1", CancellationToken.None));
        await using (opened.Video)
        {
            await Broken(opened.Video);
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => ((IResumableVideo)opened.Video).Resume(CancellationToken.None));
            Assert.Contains("is no public address, so nothing is sent there", refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(inside.Connections);
    }

    private const string Half = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nAccept-Ranges: bytes\r\nContent-Length: 9\r\n\r\nthe ";

    /// <summary>What can be read of it until it breaks off.</summary>
    private static async Task<string> Broken(Stream video)
    {
        using var read = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(() => video.CopyToAsync(read));
        return System.Text.Encoding.ASCII.GetString(read.ToArray());
    }

    private static async Task<string> Fetched(Account account)
    {
        var reply = await account.Source.Open("video_1", CancellationToken.None);
        var opened = Assert.IsType<SourceReply.Opened>(reply);
        await using (opened.Video)
        {
            using var text = new StreamReader(opened.Video);
            return await text.ReadToEndAsync();
        }
    }

    private static RawServer Provider(Func<string, string> answer) => new(async connection =>
    {
        for (var read = 0; await connection.ReadRequest(); read = connection.Received.Length)
        {
            await connection.Send(answer(connection.Received[read..].Split(' ')[1]));
        }
    });

    private static string[] Requests(RawServer server) => [.. server.Connections.SelectMany(connection => connection.Received.Split("GET ")[1..]).Select(request => $"GET {request}")];

    private static string Ok(string body) => string.Create(null, $"HTTP/1.1 {(int)HttpStatusCode.OK} OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private static string Redirect(string location) => $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n";
}
