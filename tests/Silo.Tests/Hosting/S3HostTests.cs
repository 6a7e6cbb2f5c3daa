using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using VideoGen.Silo.Tests.Clients;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host with its videos in a bucket on a real S3 server. Of what the server itself does not do: <see cref="S3Line"/>.</summary>
public sealed class S3HostTests : OnHostFolder, IAsyncLifetime
{
    private const string Prefix = "of-a-host";

    private readonly string bucket = Directory.CreateTempSubdirectory("videogen-bucket-").FullName;
    private S3Server server = null!;
    private S3Line line = null!;

    async Task IAsyncLifetime.InitializeAsync()
    {
        server = await S3Server.Start(bucket);
        line = await S3Line.Open(bucket);
        line.Server = server.Address;
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await line.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(bucket, recursive: true);
        await DisposeAsync();
    }

    [Fact]
    public async Task A_video_is_kept_in_the_bucket_served_from_there_and_removed_there()
    {
        await using var host = await StartOnBucket();

        var id = await host.Accepted("a video that is kept in a bucket");
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());

        Assert.Equal([".mp4", ".spritesheet.webp", ".thumbnail.webp"], Stored());
        var kept = await File.ReadAllBytesAsync(S3Server.FileOf(bucket, VideoKey()));
        using (var part = await Get(host, $"/v1/videos/{id}/content", new RangeHeaderValue(100, 1099)))
        {
            Assert.Equal((HttpStatusCode.PartialContent, "video/mp4"), (part.StatusCode, part.Content.Headers.ContentType?.MediaType));
            Assert.Equal(kept[100..1100], await part.Content.ReadAsByteArrayAsync());
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(kept))}\"", part.Headers.ETag?.Tag);
        }

        using (var whole = await Get(host, $"/v1/videos/{id}/content")) Assert.Equal(kept, await whole.Content.ReadAsByteArrayAsync());
        using (var picture = await Get(host, $"/v1/videos/{id}/content?variant=thumbnail")) Assert.StartsWith("RIFF", Encoding.ASCII.GetString(await picture.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Folder, "videos")));

        using var deleted = await host.Http.DeleteAsync(new Uri($"/v1/videos/{id}", UriKind.Relative));
        Assert.True(deleted.IsSuccessStatusCode);
        await Eventually.Holds("nothing of the video is left in the bucket", () => Stored().Count == 0);
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task A_host_that_is_killed_between_saved_and_told_finds_the_video_saved()
    {
        var (reached, never) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        line.Before = async call =>
        {
            if (call.Method == "PUT" && call.Path.EndsWith(".thumbnail.webp", StringComparison.Ordinal))
            {
                reached.TrySetResult();
                await never.Task;
            }

            return 0;
        };
        string id;
        await using (var host = await StartOnBucket())
        {
            id = await host.Accepted("a video that is saved and not told");
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(90));
            await host.Kill();
        }

        line.Before = _ => Task.FromResult(0);
        never.SetException(new IOException("Whoever called is dead."));
        await NothingIsLeft();
        Assert.Equal([".mp4"], Stored());
        line.Calls.Clear();

        await using var again = await StartOnBucket();
        Assert.Equal("completed", (await again.Ended(id)).GetProperty("status").GetString());
        Assert.Equal([".mp4", ".spritesheet.webp", ".thumbnail.webp"], Stored());
        Assert.DoesNotContain(line.Calls, call => call.Method == "PUT" && call.Path.EndsWith(".mp4", StringComparison.Ordinal));
        Assert.Single(again.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        Assert.Equal(0, await again.Stop());
    }

    [Fact]
    public async Task While_the_bucket_is_away_it_is_said_and_the_video_is_saved_when_it_is_back()
    {
        await using var host = await StartOnBucket();
        Assert.Equal(HttpStatusCode.OK, (await Ready(host)).Status);
        await server.DisposeAsync();

        var id = await host.Accepted("a video whose bucket is away");
        await Logged("finished");
        var (status, text) = await Ready(host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("\"store\"", text, StringComparison.Ordinal);
        Assert.Contains("See whether it runs and can be reached, and Store:S3:Endpoint", text, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{S3Server.Key}\"", text, StringComparison.Ordinal);

        server = await S3Server.Start(bucket);
        line.Server = server.Address;
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Ready(host)).Status);
        Assert.Single(host.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        Assert.Equal(0, await host.Stop());
    }

    /// <summary>The whole story, with a picture that guides a video, and a link that its client follows.</summary>
    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task The_official_client_follows_links_into_the_bucket(int version)
    {
        await using var host = await StartOnBucket(("Store__S3__LinksFor", "00:05:00"));

        var told = await NodeClient.OpenAi(version).Tell(host.Http.BaseAddress!, "everything");

        Assert.Equal("ftyp", told.GetProperty("head").GetString());
        var id = told.GetProperty("video").GetProperty("id").GetString();
        var followed = Assert.Single(line.Calls, call => call.Method == "GET" && call.Query.Contains("X-Amz-Signature=", StringComparison.Ordinal));
        Assert.Contains("X-Amz-Expires=", followed.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", followed.Headers.Keys); // Or S3 would refuse it, and learn our client's key.
        Assert.Single(S3Server.Keys(bucket), key => key.StartsWith(Prefix + "/inputs/", StringComparison.Ordinal));

        using var straight = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.Http.BaseAddress };
        using var link = await straight.GetAsync(new Uri($"/v1/videos/{id}/content", UriKind.Relative));
        using var head = await straight.SendAsync(new(HttpMethod.Head, new Uri($"/v1/videos/{id}/content", UriKind.Relative)));
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.OK), (link.StatusCode, head.StatusCode));
        using var followedByHand = await straight.GetAsync(link.Headers.Location);
        Assert.Equal(("video/mp4", $"inline; filename=\"{id}.mp4\""), (followedByHand.Content.Headers.ContentType?.MediaType, followedByHand.Content.Headers.GetValues("Content-Disposition").Single()));
        Assert.Equal(0, await host.Stop());
    }

    [Theory]
    [InlineData("Store__S3__Bucket", "no-such-bucket", "There is no such bucket: the bucket 'no-such-bucket'")]
    [InlineData("Store__S3__LinksFor", "30.00:00:00", "Store:S3:LinksFor must be from 00:01:00 to 7.00:00:00")]
    public async Task A_bucket_that_cannot_be_used_is_said_at_start(string option, string value, string sentence)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartOnBucket((option, value)));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Message, StringComparison.Ordinal); // A sentence, and no stack trace.
    }

    private Task<RunningHost> StartOnBucket(params (string Name, string Value)[] settings) => Start(
    [
        ("Store__S3__Bucket", S3Server.Bucket), ("Store__S3__Prefix", Prefix), ("Store__S3__Endpoint", line.Address.ToString()), ("Store__S3__PathStyle", "true"),
        ("Store__S3__AccessKey", S3Server.Key), ("Store__S3__SecretKey", S3Server.Key), .. settings,
    ]);

    private string VideoKey() => S3Server.Keys(bucket).Single(key => key.EndsWith(".mp4", StringComparison.Ordinal));

    /// <summary>The endings of the objects of videos.</summary>
    private List<string> Stored() => [.. S3Server.Keys(bucket).Where(key => key.StartsWith(Prefix + "/videos/", StringComparison.Ordinal)).Select(key => key[key.IndexOf('.', StringComparison.Ordinal)..])];

    private static async Task<HttpResponseMessage> Get(RunningHost host, string path, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Range = range } };
        return await host.Http.SendAsync(request);
    }

    private static async Task<(HttpStatusCode Status, string Text)> Ready(RunningHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
