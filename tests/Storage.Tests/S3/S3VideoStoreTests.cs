using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.S3;

/// <summary>What the suite cannot ask of every store: what is called, and what becomes of it where S3 answers in its own ways.</summary>
public sealed class S3VideoStoreTests : IAsyncLifetime
{
    private const int Large = 9 << 20;

    private static readonly string Key = "v-" + new string('a', 50) + "b7";
    private static readonly VideoId Video = new(Key, 1);
    private static readonly string ObjectKey = $"{BucketUnderTest.Prefix}videos/aa/{Key}_1.mp4";

    private BucketUnderTest bucket = null!;
    private IVideoStore store = null!;

    public async Task InitializeAsync()
    {
        bucket = await BucketUnderTest.Make();
        store = bucket.New();
        await store.Check(isAlone: false, CancellationToken.None);
        bucket.Line.Calls.Clear();
    }

    public async Task DisposeAsync() => await bucket.DisposeAsync();

    [Fact]
    public async Task A_small_video_is_put_only_where_there_is_none_with_its_checksum()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        await Save(bytes);

        var put = Assert.Single(Called("PUT"));
        Assert.Equal($"/{S3Server.Bucket}/{ObjectKey}", put.Path);
        Assert.Equal("*", put.Headers["If-None-Match"]);
        Assert.Equal(Sha256(bytes), put.Headers["x-amz-content-sha256"]); // Signed: S3 refuses what was changed on its way.
        Assert.Equal(Sha256(bytes), put.Headers["x-amz-meta-sha256"]);
        Assert.Equal("video/mp4", put.Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_large_video_is_sent_in_parts_and_made_only_where_there_is_none()
    {
        var bytes = RandomNumberGenerator.GetBytes(Large);
        await Save(bytes);

        Assert.Equal(Sha256(bytes), Assert.Single(Called("POST uploads")).Headers["x-amz-meta-sha256"]);
        Assert.Equal([Sha256(bytes[..(8 << 20)]), Sha256(bytes[(8 << 20)..])], Called("PUT upload").Select(part => part.Headers["x-amz-content-sha256"]));
        Assert.Equal("*", Assert.Single(Called("POST upload")).Headers["If-None-Match"]);
    }

    [Fact]
    public async Task What_is_there_is_told_without_being_read_or_sent()
    {
        await Save(RandomNumberGenerator.GetBytes(Large));
        bucket.Line.Calls.Clear();

        await Save([1]);
        await store.Find(Video, MediaVariant.Video, CancellationToken.None);

        Assert.All(bucket.Line.Calls, call => Assert.Equal("HEAD", call.Method));
    }

    [Fact]
    public async Task A_server_that_replaces_what_was_put_first_is_refused_at_start()
    {
        var direct = bucket.Host("store001", ("Endpoint", bucket.Server.ToString()), ("Prefix", "elsewhere")).GetRequiredService<IVideoStore>();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => direct.Check(isAlone: false, CancellationToken.None));

        Assert.Contains("a write with 'If-None-Match: *' replaces what is there", refused.Message, StringComparison.Ordinal);
        Assert.Contains("leave Store:S3 out", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300_000, "PUT")]
    [InlineData(Large, "POST upload")]
    public async Task A_video_whose_making_was_answered_by_nobody_is_found_made(int size, string what)
    {
        var (bytes, lost) = (RandomNumberGenerator.GetBytes(size), 0);
        bucket.Line.LosesAnswer = call => call.What == what && Interlocked.Increment(ref lost) == 1;

        Assert.Equal(Of(bytes), await Save(bytes));

        Assert.Equal(2, Called(what).Count());
        Assert.Equal(0, bucket.Unfinished());
    }

    [Theory]
    [InlineData(300_000, "PUT")]
    [InlineData(Large, "POST upload")]
    public async Task A_video_that_somebody_else_is_just_making_is_an_error_and_the_next_try_saves(int size, string what)
    {
        bucket.Line.Before = call => Task.FromResult(call.What == what ? 409 : 0);
        var trouble = await Assert.ThrowsAsync<IOException>(() => Save(new byte[size]));
        Assert.Contains("Nothing is lost; it is tried again", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(0, bucket.Unfinished());

        bucket.Line.Before = _ => Task.FromResult(0);
        Assert.Equal(size, (await Save(new byte[size])).Bytes);
    }

    [Fact]
    public async Task No_room_is_said_as_that()
    {
        bucket.Line.Before = call => Task.FromResult(call.What == "PUT" ? 507 : 0);
        var full = await Assert.ThrowsAsync<StoreFullException>(() => Save([1]));
        Assert.Contains("Make room or raise its quota", full.Message, StringComparison.Ordinal);
        Assert.Contains("Make room or raise its quota", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_that_is_another_when_it_is_read_again_is_not_saved()
    {
        await Assert.ThrowsAsync<IOException>(() => store.Save(Video, MediaVariant.Video, new ChangingStream(Large), CancellationToken.None));
        Assert.Empty(bucket.Names());
        Assert.Equal(0, bucket.Unfinished());
    }

    [Fact]
    public async Task An_upload_that_cannot_be_thrown_away_does_not_hide_why_it_failed()
    {
        bucket.Line.Before = call => Task.FromResult(call.What switch { "POST upload" => 403, "DELETE upload" => 405, _ => 0 });
        var trouble = await Assert.ThrowsAsync<IOException>(() => Save(new byte[Large]));
        Assert.Contains("(403 Refused)", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(1, bucket.Unfinished());
    }

    [Fact]
    public async Task A_line_that_breaks_while_a_video_is_read_is_taken_up_where_it_broke()
    {
        const int Broken = 100_000;
        var bytes = RandomNumberGenerator.GetBytes(Large);
        await Save(bytes);
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bucket.Line.Breaks = call => call.What == "GET" && call.Headers["Range"].StartsWith("bytes=0-", StringComparison.Ordinal) ? (Broken, isRead.Task) : null;

        await using var video = (await store.Open(Video, MediaVariant.Video, CancellationToken.None))!;
        var read = new byte[Large];
        await video.ReadExactlyAsync(read.AsMemory(0, Broken));
        isRead.SetResult();
        await video.ReadExactlyAsync(read.AsMemory(Broken));

        Assert.Equal(bytes, read);
        Assert.Equal(["bytes=0-8388607", "bytes=100000-8488607", "bytes=8488608-9437183"], Called("GET").Select(call => call.Headers["Range"]));
    }

    [Fact]
    public async Task A_line_that_brings_nothing_is_an_error()
    {
        await Save(new byte[1000]);
        bucket.Line.Breaks = call => call.What == "GET" ? (0, Task.CompletedTask) : null;
        await Assert.ThrowsAsync<IOException>(Read);
        Assert.NotEmpty(Called("GET"));
    }

    [Fact]
    public async Task A_read_asks_for_no_more_than_it_needs()
    {
        await Save(new byte[3 * Large]);
        bucket.Line.Calls.Clear();
        await using var video = (await store.Open(Video, MediaVariant.Video, CancellationToken.None))!;
        Assert.Empty(Called("GET"));
        video.Position = 2 * Large;
        await video.ReadExactlyAsync(new byte[10]);
        Assert.Equal($"bytes={2 * Large}-{(2 * Large) + (8 << 20) - 1}", Assert.Single(Called("GET")).Headers["Range"]);
    }

    [Fact]
    public async Task A_deleted_video_goes_last()
    {
        await Save([1]);
        bucket.Line.Calls.Clear();
        await store.Delete(Video, CancellationToken.None);
        Assert.Equal([".spritesheet.webp", ".thumbnail.webp", ".mp4"], Called("DELETE").Select(call => call.Path[call.Path.IndexOf('.', StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task A_bucket_that_is_gone_is_an_error_that_says_so()
    {
        await Save([1]);
        Directory.Move(Path.Combine(bucket.Folder, S3Server.Bucket), Path.Combine(bucket.Folder, "renamed"));
        foreach (var call in (Func<Task>[])[Read, () => Save([1]), () => store.Delete(Video, CancellationToken.None), async () => await store.WrittenBefore(bucket.Now).ToListAsync()])
        {
            Assert.Contains($"There is no such bucket: the bucket '{S3Server.Bucket}'", (await Assert.ThrowsAsync<IOException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("Make it, or correct Store:S3:Bucket", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_that_was_emptied_says_nothing_about_what_was_there()
    {
        await Save([1]);
        Directory.Delete(Path.Combine(bucket.Folder, S3Server.Bucket, BucketUnderTest.Prefix), recursive: true);
        Assert.Contains("it is another bucket or prefix than before, or was emptied", (await Assert.ThrowsAsync<IOException>(Read)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => Save([1]));
        await Assert.ThrowsAsync<IOException>(() => bucket.NewInputs().Open(new(Sha256([1]), "image/png"), CancellationToken.None));
        Assert.Contains("if it was emptied on purpose, restart", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_is_told_so_without_the_secret()
    {
        var stranger = bucket.Host("store001", ("AccessKey", "STRANGER"), ("SecretKey", "the-secret-of-a-stranger")).GetRequiredService<IVideoStore>();

        var refused = await Assert.ThrowsAsync<IOException>(() => stranger.Check(isAlone: false, CancellationToken.None));

        Assert.Contains("(403 InvalidAccessKeyId)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Correct Store:S3:AccessKey and Store:S3:SecretKey", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_said_soon_and_with_what_to_do()
    {
        await bucket.Lose();
        var began = TimeProvider.System.GetTimestamp();
        Assert.Contains("See whether it runs and can be reached, and Store:S3:Endpoint", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Whether_it_can_be_written_is_tried_once_a_minute_however_often_it_is_asked()
    {
        for (var time = 0; time < 3; time++) Assert.Null(await store.Trouble(CancellationToken.None));
        Assert.Single(Called("PUT"));
        bucket.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(await store.Trouble(CancellationToken.None));
        Assert.Equal(2, Called("PUT").Count());
    }

    [Fact]
    public async Task A_place_of_more_objects_than_a_page_has_is_listed_to_its_end()
    {
        const int Count = 1_005;
        await Save([1]); // With which its folder is there.
        for (var round = 2; round <= Count; round++) await bucket.PutForeign($"aa/{Key}_{round}.mp4");

        var found = await store.WrittenBefore(DateTimeOffset.MaxValue).ToListAsync();

        Assert.Equal(Enumerable.Range(1, Count), found.Select(id => id.Round).Order());
        Assert.Equal(2, Called("GET list").Count());
    }

    [Fact]
    public async Task Unfinished_uploads_that_cannot_be_listed_stop_nothing()
    {
        await bucket.LeaveUnfinished();
        bucket.Line.Before = call => Task.FromResult(call.What == "GET uploads" ? 501 : 0);
        await store.RemoveLeftovers(CancellationToken.None);
        Assert.Equal(1, bucket.Unfinished());
    }

    [Fact]
    public async Task A_link_gives_the_video_to_whoever_has_it_as_we_would_serve_it()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        await Save(bytes);
        Assert.Null(await store.Link(Video, MediaVariant.Video, "video/mp4", "inline", CancellationToken.None));

        // Of this clock, which the signature is by: the test's own stands still.
        var host = bucket.Host("store001", ("LinksFor", "00:10:00"), ("Endpoint", bucket.Server.ToString()));
        bucket.Advance(TimeProvider.System.GetUtcNow() - bucket.Now);
        var linking = host.GetRequiredService<IVideoStore>();
        var link = (await linking.Link(Video, MediaVariant.Video, "video/mp4", "inline; filename=\"a.mp4\"", CancellationToken.None))!;
        Assert.Null(await linking.Link(Video, MediaVariant.Thumbnail, "image/webp", "inline", CancellationToken.None));

        using var http = new HttpClient();
        using var ask = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { Range = new(10, 19) } };
        using var answer = await http.SendAsync(ask);
        Assert.Equal((HttpStatusCode.PartialContent, "video/mp4", "inline; filename=\"a.mp4\""), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.GetValues("Content-Disposition").Single()));
        Assert.Equal(bytes[10..20], await answer.Content.ReadAsByteArrayAsync());
        Assert.Contains("X-Amz-Expires=", link.Query, StringComparison.Ordinal);
        Assert.InRange(int.Parse(System.Web.HttpUtility.ParseQueryString(link.Query)["X-Amz-Expires"]!, System.Globalization.CultureInfo.InvariantCulture), 590, 600);

        var (date, before) = (System.Web.HttpUtility.ParseQueryString(link.Query)["X-Amz-Date"]!, TimeProvider.System.GetUtcNow().AddMinutes(-11).ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        using var late = await http.GetAsync(new Uri(link.AbsoluteUri.Replace(date, before, StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
    }

    private IEnumerable<S3Call> Called(string what) => bucket.Line.Calls.Where(call => call.What == what && !call.Path.EndsWith(".store-id", StringComparison.Ordinal));

    private async Task<StoredVideo> Save(byte[] bytes)
    {
        using var content = new MemoryStream(bytes);
        return await store.Save(Video, MediaVariant.Video, content, CancellationToken.None);
    }

    private async Task<byte[]> Read()
    {
        await using var video = (await store.Open(Video, MediaVariant.Video, CancellationToken.None))!;
        using var copy = new MemoryStream();
        await video.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static StoredVideo Of(byte[] bytes) => new(bytes.Length, Sha256(bytes));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Has other bytes after each jump back.</summary>
    private sealed class ChangingStream(int size) : MemoryStream(new byte[size])
    {
        public override long Position
        {
            get => base.Position;
            set
            {
                base.Position = value;
                base.WriteByte(1);
                base.Position = value;
            }
        }
    }
}
