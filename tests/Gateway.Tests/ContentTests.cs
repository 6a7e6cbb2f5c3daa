using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>GET /v1/videos/{id}/content.</summary>
public sealed class ContentTests
{
    private static readonly byte[] Film = "0123456789"u8.ToArray();

    private static readonly string Path = $"/v1/videos/{Views.Id}/content";

    private static readonly string ETag = $"\"{Views.Completed.File!.Sha256}\"";

    /// <summary>Range: status, bytes, Content-Range.</summary>
    public static TheoryData<string?, int, string, string?> Ranges => new()
    {
        { null, 200, "0123456789", null },
        { "bytes=0-3", 206, "0123", "bytes 0-3/10" },
        { "bytes=4-", 206, "456789", "bytes 4-9/10" },
        { "bytes=-2", 206, "89", "bytes 8-9/10" },
        { "bytes=8-99", 206, "89", "bytes 8-9/10" },
        { "bytes=0-1,4-5", 200, "0123456789", null },
        { "chapters=1", 200, "0123456789", null },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public async Task A_finished_video_is_streamed_with_ranges(string? range, int status, string bytes, string? contentRange)
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get(Path + "?variant=video", range is null ? [] : [("Range", range)]);

        Assert.Equal((status, bytes, contentRange), (answer.Status, answer.Text, answer.Header("Content-Range")));
        Assert.Equal("video/mp4", answer.Header("Content-Type"));
        Assert.Equal("bytes", answer.Header("Accept-Ranges"));
        Assert.Equal(ETag, answer.Header("ETag"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal($"inline; filename=\"{Views.Id}.mp4\"", answer.Header("Content-Disposition"));
        Assert.Equal("no-cache, private", answer.Header("Cache-Control"));
        Assert.Null(answer.Header("x-should-retry"));
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_416_in_the_envelope_and_says_how_many_bytes_there_are()
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get(Path, ("Range", "bytes=10-"));

        Assert.Equal((416, "range_not_satisfiable"), (answer.Status, answer.Code));
        Assert.Equal("bytes */10", answer.Header("Content-Range"));
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Null(answer.Header("Content-Disposition"));
    }

    [Fact]
    public async Task Who_has_it_already_is_told_so()
    {
        await using var door = await OpenWith(Views.Completed);

        var same = await door.Get(Path, ("If-None-Match", ETag));
        var other = await door.Get(Path, ("If-Match", "\"other\""));

        Assert.Equal((304, 0), (same.Status, same.Bytes.Length));
        Assert.Equal((412, "precondition_failed"), (other.Status, other.Code));
    }

    [Fact]
    public async Task Head_says_how_long_it_is()
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Send(HttpMethod.Head, Path);

        Assert.Equal((200, "10", 0), (answer.Status, answer.Header("Content-Length"), answer.Bytes.Length));
    }

    [Fact]
    public async Task The_stream_is_closed_after_it()
    {
        var stream = new MemoryStream(Film);
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        door.Files.OnOpen = () => stream;

        await door.Get(Path);

        // The last byte may arrive before the door lets go.
        Assert.True(SpinWait.SpinUntil(() => !stream.CanRead, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("thumbnail")]
    [InlineData("spritesheet")]
    [InlineData("")]
    [InlineData("video&variant=video")]
    public async Task Other_variants_are_refused_by_name(string variant)
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get($"{Path}?variant={variant}");

        Assert.Equal((400, "invalid_value", "variant"), (answer.Status, answer.Code, (string)answer.Error["param"]!));
        Assert.Contains("must be video", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VideoStatus.Queued, "video_not_ready")]
    [InlineData(VideoStatus.InProgress, "video_not_ready")]
    [InlineData(VideoStatus.Cancelling, "video_not_ready")]
    [InlineData(VideoStatus.Failed, "video_failed")]
    public async Task Before_there_is_a_file_it_is_404_with_its_own_code(VideoStatus status, string code)
    {
        await using var door = await OpenWith(status == VideoStatus.Failed ? Views.Failed : Views.Queued with { Status = status });

        var answer = await door.Get(Path);

        Assert.Equal((404, code), (answer.Status, answer.Code));
        Assert.Contains(Views.Id.ToString(), answer.Message, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_file_that_is_not_in_the_store_is_404_and_an_error_in_the_log()
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.OnOpen = () => null;

        var answer = await door.Get(Path);

        Assert.Equal((404, "video_content_missing"), (answer.Status, answer.Code));
        Assert.Contains(door.Log, line => line.Contains("Error: The file of video_v-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_503()
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.OnOpen = () => throw new IOException("/secret/path");

        var answer = await door.Get(Path);

        Assert.Equal((503, "store_unavailable", "5"), (answer.Status, answer.Code, answer.Header("Retry-After")));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_breaks_in_the_middle_does_not_look_like_a_whole_video()
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.OnOpen = () => new BreakingStream();

        await Assert.ThrowsAsync<HttpRequestException>(() => door.Get(Path));
    }

    private static async Task<Door> OpenWith(VideoView view)
    {
        var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(view);
        door.Files.OnOpen = () => new MemoryStream(Film);
        return door;
    }

    private sealed class BreakingStream() : MemoryStream(new byte[1_000_000])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 500_000 ? throw new IOException("gone") : base.ReadAsync(buffer, cancellationToken);
    }
}
