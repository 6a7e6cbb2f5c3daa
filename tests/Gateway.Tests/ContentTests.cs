using System.Security.Cryptography;
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

    /// <summary>A download that broke off goes on where the file is still the same, and starts anew where it is not.</summary>
    [Fact]
    public async Task Who_has_a_part_of_it_gets_the_rest_or_where_it_is_another_file_the_whole()
    {
        await using var door = await OpenWith(Views.Completed);

        var rest = await door.Get(Path, ("Range", "bytes=4-"), ("If-Range", ETag));
        var whole = await door.Get(Path, ("Range", "bytes=4-"), ("If-Range", "\"other\""));
        var weak = await door.Get(Path, ("Range", "bytes=4-"), ("If-Range", "W/" + ETag));

        Assert.Equal((206, "456789"), (rest.Status, rest.Text));
        Assert.Equal((200, "0123456789"), (whole.Status, whole.Text));
        Assert.Equal((200, "0123456789"), (weak.Status, weak.Text));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"other\", {0}")]
    [InlineData("W/{0}")]
    public async Task Whoever_has_one_of_several_is_told_so_too(string tags)
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get(Path, ("If-None-Match", tags.Replace("{0}", ETag, StringComparison.Ordinal)), ("Range", "bytes=0-3"));

        Assert.Equal((304, 0, ETag), (answer.Status, answer.Bytes.Length, answer.Header("ETag")));
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
    [InlineData("gif")]
    [InlineData("Video")]
    [InlineData("")]
    [InlineData("video&variant=video")]
    public async Task Other_variants_are_refused_and_the_known_ones_named(string variant)
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get($"{Path}?variant={variant}");

        Assert.Equal((400, "invalid_value", "variant"), (answer.Status, answer.Code, (string)answer.Error["param"]!));
        Assert.Contains("must be one of: video, thumbnail, spritesheet", answer.Message, StringComparison.Ordinal);
    }

    /// <summary>Variant, what the store is asked for.</summary>
    public static TheoryData<string, string> Linked => new()
    {
        { "video", $"{Views.Id} video video/mp4 inline; filename=\"{Views.Id}.mp4\"" },
        { "thumbnail", $"{Views.Id} thumbnail image/webp inline; filename=\"{Views.Id}-thumbnail.webp\"" },
    };

    [Theory]
    [MemberData(nameof(Linked))]
    public async Task Where_the_store_gives_links_the_caller_is_sent_there(string variant, string asked)
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.OnLink = what => new($"https://store.example/?for={Uri.EscapeDataString(what)}");

        var answer = await door.Get($"{Path}?variant={variant}", ("Range", "bytes=0-3"));
        var head = await door.Send(HttpMethod.Head, Path);

        Assert.Equal((302, 0), (answer.Status, answer.Bytes.Length));
        Assert.Equal($"https://store.example/?for={Uri.EscapeDataString(asked)}", answer.Header("Location"));
        Assert.Equal("no-store, private", answer.Header("Cache-Control"));
        Assert.Equal((200, "10"), (head.Status, head.Header("Content-Length"))); // A link is for a GET alone.
    }

    [Fact]
    public async Task A_link_is_given_to_nobody_who_would_not_get_the_video()
    {
        await using var door = await Door.Open();
        var links = 0;
        door.Files.OnLink = _ =>
        {
            links++;
            return new("https://store.example/");
        };

        Assert.Equal(404, (await door.Get(Path)).Status);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        Assert.Equal(404, (await door.Get(Path)).Status);
        door.Keys.Make("somebody");
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        Assert.Equal(401, (await door.Get(Path)).Status);
        Assert.Equal(0, links);
    }

    [Theory]
    [InlineData(MediaVariant.Thumbnail)]
    [InlineData(MediaVariant.Spritesheet)]
    public async Task A_picture_has_a_type_a_name_a_checksum_and_ranges_of_its_own(MediaVariant variant)
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.Pictures[variant] = "RIFFpict"u8.ToArray();
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData("RIFFpict"u8))}\"";
        var path = $"{Path}?variant={variant.ToWire()}";

        var whole = await door.Get(path);
        var part = await door.Get(path, ("Range", "bytes=4-"), ("If-Range", tag));
        var same = await door.Get(path, ("If-None-Match", tag));
        var head = await door.Send(HttpMethod.Head, path);

        Assert.Equal((200, "RIFFpict", "image/webp", tag), (whole.Status, whole.Text, whole.Header("Content-Type"), whole.Header("ETag")));
        Assert.Equal($"inline; filename=\"{Views.Id}-{variant.ToWire()}.webp\"", whole.Header("Content-Disposition"));
        Assert.Equal("nosniff", whole.Header("X-Content-Type-Options"));
        Assert.Equal((206, "pict", "bytes 4-7/8"), (part.Status, part.Text, part.Header("Content-Range")));
        Assert.Equal((304, 0), (same.Status, same.Bytes.Length));
        Assert.Equal((200, "8", 0), (head.Status, head.Header("Content-Length"), head.Bytes.Length));
    }

    [Theory]
    [InlineData("thumbnail")]
    [InlineData("spritesheet")]
    public async Task A_picture_that_could_not_be_made_is_404_with_its_own_code(string variant)
    {
        await using var door = await OpenWith(Views.Completed);

        var answer = await door.Get($"{Path}?variant={variant}");

        Assert.Equal((404, "variant_not_available", "variant"), (answer.Status, answer.Code, (string)answer.Error["param"]!));
        Assert.Contains($"there is no {variant} of it", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(door.Log, line => line.Contains("Error", StringComparison.Ordinal)); // Why stands in the log since the video was saved.
    }

    [Theory]
    [InlineData("video")]
    [InlineData("thumbnail")]
    public async Task Files_that_were_kept_as_long_as_was_said_are_404_with_their_own_code(string variant)
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.RetainFor = TimeSpan.FromDays(2);
        door.Files.OnOpen = () => null;
        door.Time.Advance(Views.Completed.EndedAt!.Value + TimeSpan.FromDays(2) - door.Time.GetUtcNow());

        var answer = await door.Get($"{Path}?variant={variant}");

        Assert.Equal((404, "video_expired"), (answer.Status, answer.Code));
        Assert.Contains("kept until 2026-11-23 12:03:00Z", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_they_are_removed_files_are_served_however_old_they_are()
    {
        await using var door = await OpenWith(Views.Completed);
        door.Files.RetainFor = TimeSpan.FromDays(2);
        door.Time.Advance(Views.Completed.EndedAt!.Value + TimeSpan.FromDays(30) - door.Time.GetUtcNow());

        Assert.Equal(200, (await door.Get(Path)).Status);
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
