using System.Net;
using System.Net.Sockets;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Tests.Media;

/// <summary>What a file of a stranger can make ffprobe and ffmpeg do: nothing but read it.</summary>
public sealed class MediaToolsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{0}/x.ts\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile 'http://127.0.0.1:{0}/x.ts'\n")]
    public async Task A_playlist_that_is_taken_for_a_video_opens_nothing(string playlist)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var port = ((IPEndPoint)elsewhere.LocalEndpoint).Port;
        await using var media = Media();
        using var place = media.Get<Workbench>().Open();
        await File.WriteAllTextAsync(place.PathOf(Workplace.VideoFile), string.Format(System.Globalization.CultureInfo.InvariantCulture, playlist, port));

        Assert.IsType<ProbeReply.NoVideo>(await media.Get<VideoProbe>().Look(place, CancellationToken.None));
        Assert.IsType<ToolEnd.Failed>(await media.Get<MediaTools>().Ffmpeg(place.Folder, Pictures.Arguments(MediaVariant.Thumbnail, 1, "t.webp"), CancellationToken.None));

        Assert.False(elsewhere.Pending());
    }

    [Fact]
    public async Task A_tool_gets_none_of_our_environment()
    {
        Environment.SetEnvironmentVariable("VIDEOGEN_TEST_PROVIDER_KEY", "secret");
        await using var media = Media(("Media:Ffprobe", Script("env; true")));
        using var place = media.Get<Workbench>().Open();

        var done = Assert.IsType<ToolEnd.Done>(await media.Get<MediaTools>().Ffprobe(place.Folder, [], CancellationToken.None));

        Assert.Contains("PATH=", done.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", done.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_does_not_come_to_an_end_is_killed_and_the_file_is_no_video()
    {
        await using var media = Media(("Media:Ffprobe", Script("exec sleep 1000")), ("Media:ToolTimeLimit", "00:00:01"));
        using var place = media.Get<Workbench>().Open();

        var found = Assert.IsType<ProbeReply.NoVideo>(await media.Get<VideoProbe>().Look(place, CancellationToken.None));

        Assert.Contains("Media:ToolTimeLimit", found.Detail, StringComparison.Ordinal);
        await Eventually.Holds("nothing works in the place any more", () => Hosting.RunningHost.ProcessesOf(place.Folder).Count == 0);
    }

    [Fact]
    public async Task What_a_tool_says_without_end_does_not_fill_our_memory()
    {
        await using var media = Media(("Media:Ffprobe", Script("yes | head -c 5000000")));
        using var place = media.Get<Workbench>().Open();

        var done = Assert.IsType<ToolEnd.Done>(await media.Get<MediaTools>().Ffprobe(place.Folder, [], CancellationToken.None));

        Assert.InRange(done.Output.Length, 1, 20_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"streams":[]}""")]
    [InlineData("""{"streams":[{}]}""")]
    [InlineData("""{"streams":[{"width":"wide","height":2}]}""")]
    [InlineData("""{"streams":[{"width":0,"height":0}]}""")]
    [InlineData("""{"streams":[{"width":9999999999,"height":2}]}""")]
    [InlineData("""{"streams":"none"}""")]
    public void An_answer_that_says_nothing_of_a_picture_is_no_video(string output) => Assert.IsType<ProbeReply.NoVideo>(VideoProbe.Read(output));

    [Theory]
    [InlineData("""{"streams":[{"width":16,"height":16,"duration":"4.5"}],"format":{"duration":"9"}}""", 4.5)]
    [InlineData("""{"streams":[{"width":16,"height":16}],"format":{"duration":"9"}}""", 9)]
    [InlineData("""{"streams":[{"width":16,"height":16,"duration":"N/A"}]}""", 0)]
    public void A_length_is_read_where_the_file_says_it(string output, double seconds) =>
        Assert.Equal(seconds, Assert.IsType<ProbeReply.Video>(VideoProbe.Read(output)).Seconds);

    [Fact]
    public async Task What_a_process_that_died_was_working_on_is_removed_and_what_another_works_on_is_not()
    {
        await using var living = Media();
        using var place = living.Get<Workbench>().Open();
        var dead = Directory.CreateDirectory(Path.Combine(_folder.Root, "dead", "save")).FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder.Root, "dead", ".lock"), "");
        await File.WriteAllTextAsync(Path.Combine(dead, "video.mp4"), "half");
        var begun = Directory.CreateDirectory(Path.Combine(_folder.Root, "begun")).FullName; // Its lock comes in a moment.
        await using var next = Media();

        next.Get<Workbench>().Clear();

        Assert.False(Directory.Exists(dead));
        Assert.True(Directory.Exists(place.Folder));
        Assert.True(Directory.Exists(begun));
        Directory.SetLastWriteTimeUtc(begun, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
        next.Get<Workbench>().Clear();
        Assert.False(Directory.Exists(begun));
    }

    [Fact]
    public async Task A_process_that_ends_leaves_nothing_to_work_on()
    {
        await using (var media = Media())
        {
            media.Get<Workbench>().Open();
            Assert.NotEmpty(Directory.EnumerateDirectories(_folder.Root));
        }

        Assert.Empty(Directory.EnumerateDirectories(_folder.Root));
    }

    private MediaUnderTest Media(params (string Key, string Value)[] settings) => new(_folder.Root, new NoFiles(), new NoSource(), settings);

    private string Script(string text)
    {
        var path = Path.Combine(_folder.Root, "tool.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private sealed class NoSource : IVideoSource
    {
        public string Account => "remote";

        public Task<SourceReply> Open(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class NoFiles : IVideoFiles
    {
        public TimeSpan? RetainFor => null;

        public Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task Delete(VideoId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> Trouble(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
