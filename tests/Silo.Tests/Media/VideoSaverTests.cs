using System.Security.Cryptography;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Tests.Media;

public sealed class VideoSaverTests : IDisposable
{
    private static readonly VideoId _id = new("v-1", 1);
    private static readonly VideoOptions _asked = new("local", "320x180", 1);

    private readonly TestFolder _folder = new();
    private readonly MemoryFiles _files = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_finished_video_of_the_embedded_provider_is_stored_to_the_byte()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Finished("k-1");
        var original = await File.ReadAllBytesAsync(host.Jobs.VideoOf(jobId));

        var saved = Assert.IsType<SaveReply.Saved>(await Save(host.Videos, jobId));

        Assert.Equal(original, _files.Stored[(_id, MediaVariant.Video)]);
        Assert.Equal(FileOf(original), saved.File);
        Assert.Equal(saved, await Save(host.Videos, jobId));
    }

    [Fact]
    public async Task A_discarded_video_is_gone_unless_our_store_has_it()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Finished("k-1");
        var saved = await Save(host.Videos, jobId);
        await host.Videos.Discard(jobId, CancellationToken.None);

        Assert.Equal(saved, await Save(host.Videos, jobId));
        _files.Stored.Clear();
        Assert.IsType<SaveReply.Gone>(await Save(host.Videos, jobId));
    }

    [Fact]
    public async Task A_job_that_has_not_ended_is_trouble_and_an_unknown_one_is_gone()
    {
        await using var host = new LocalHost(_folder.Root);

        Assert.IsType<SaveReply.Trouble>(await Save(host.Videos, await host.Submit("k-1")));
        Assert.IsType<SaveReply.Gone>(await Save(host.Videos, "local_00000000000000000000000000000000"));
    }

    [Theory]
    [InlineData("<html>Sorry, something went wrong</html>")]
    [InlineData("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n")]
    [InlineData("ftyp")]
    [InlineData("")]
    public async Task What_does_not_begin_like_an_mp4_is_not_stored(string content) =>
        await IsTrouble("not_mp4", [.. content.Select(letter => (byte)letter)]);

    [Fact]
    public async Task A_copy_that_broke_off_without_saying_so_is_not_stored()
    {
        var (quick, slow) = (await Samples.Video, await Samples.LargeVideo);
        await IsTrouble("truncated", quick[..^1]);
        await IsTrouble("truncated", quick[..(quick.Length / 2)]);
        await IsTrouble("truncated", quick[..40]);
        await IsTrouble("truncated", slow[..^1]);
        await IsTrouble("truncated", slow[..(slow.Length / 2)]);
    }

    [Fact]
    public async Task An_mp4_without_a_picture_is_not_stored()
    {
        var trouble = await IsTrouble("not_video", await Samples.Sound);
        Assert.Contains("no video stream", trouble.Detail, StringComparison.Ordinal);

        var nonsense = (byte[])[0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0, 0, 0, 0, 16, .. "moovnonsense"u8];
        await IsTrouble("not_video", nonsense);
    }

    [Fact]
    public async Task Padding_behind_a_video_harms_nobody()
    {
        byte[] padded = [.. await Samples.Video, .. new byte[100]];
        Assert.Equal(new SaveReply.Saved(FileOf(padded)), await Save(new Source(() => new MemoryStream(padded)), "j"));
    }

    [Fact]
    public async Task A_video_of_another_size_or_length_was_paid_for_and_is_kept_and_said()
    {
        await using var media = Media(new Source(await Samples.LargeVideo));

        Assert.IsType<SaveReply.Saved>(await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Contains("Video video_v-1_1 is not what was asked for, and is kept: asked 320x180 and 1 s, got 1280x720 and 2 s", media.Log);
    }

    [Theory]
    [InlineData("1280x720", 4, true)]
    [InlineData("1280x704", 4, true)]
    [InlineData("1280x720", 4.5, true)]
    [InlineData("1280x720", 4.51, false)]
    [InlineData("720x1280", 4, false)]
    [InlineData("1280x640", 4, false)]
    [InlineData("1280x720", 0, false)]
    public void What_an_encoder_rounds_is_what_was_asked_for(string size, double seconds, bool same)
    {
        Assert.True(VideoGen.Silo.Providers.VideoSize.TryParse(size, out var pixels));
        Assert.Equal(same, new ProbeReply.Video(pixels, seconds).Is(new("m", "1280x720", 4)));
    }

    [Fact]
    public async Task A_video_gets_a_thumbnail_and_a_sprite_sheet_once()
    {
        await using var media = Media(new Source(await Samples.LargeVideo));
        var asked = new VideoOptions("local", "1280x720", 2);

        var saved = await media.Saver.Save(_id, "remote", "j", asked, CancellationToken.None);

        Assert.Equal((512, 288), await Pixels(MediaVariant.Thumbnail));
        Assert.Equal((5 * 256, 2 * 144), await Pixels(MediaVariant.Spritesheet));
        Assert.Empty(media.Log);
        Assert.Equal(3, _files.Saves);
        Assert.Equal(saved, await media.Saver.Save(_id, "remote", "j", asked, CancellationToken.None));
        Assert.Equal(3, _files.Saves);

        // Whoever died after the first, or whose sheet is lost, gets it by the next try, and nothing else is made again.
        Assert.True(_files.Stored.Remove((_id, MediaVariant.Spritesheet)));
        Assert.Equal(saved, await media.Saver.Save(_id, "remote", "j", asked, CancellationToken.None));
        Assert.Equal(4, _files.Saves);
        Assert.Equal((5 * 256, 2 * 144), await Pixels(MediaVariant.Spritesheet));
    }

    [Fact]
    public async Task A_small_video_is_not_blown_up()
    {
        Assert.IsType<SaveReply.Saved>(await Save(new Source(await Samples.Video), "j"));
        Assert.Equal((320, 180), await Pixels(MediaVariant.Thumbnail));
    }

    [Theory]
    [InlineData("Media:Ffmpeg", "no-such-program", "has no thumbnail")]
    [InlineData("Media:Ffmpeg", "false", "has no thumbnail")]
    [InlineData("Media:Ffprobe", "no-such-program", "is kept without a look into it: 'no-such-program' cannot be executed")]
    public async Task A_video_is_saved_although_a_tool_is_missing(string key, string value, string said)
    {
        var video = await Samples.Video;
        await using var media = Media(new Source(video), (key, value));

        Assert.Equal(new SaveReply.Saved(FileOf(video)), await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Contains(media.Log, line => line.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_video_is_saved_although_there_is_no_room_for_its_pictures()
    {
        var video = await Samples.Video;
        _files.PicturesFull = true;
        await using var media = Media(new Source(video));

        Assert.Equal(new SaveReply.Saved(FileOf(video)), await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Equal([(_id, MediaVariant.Video)], _files.Stored.Keys);
        Assert.Contains("Video video_v-1_1 has no spritesheet: No space left on device.", media.Log);
    }

    [Fact]
    public async Task A_video_is_told_as_saved_although_its_time_is_over_before_its_pictures_are_made()
    {
        var video = await Samples.Video;
        using var over = new CancellationTokenSource();
        _files.OnSaved = over.Cancel;
        await using var media = Media(new Source(video));

        Assert.Equal(new SaveReply.Saved(FileOf(video)), await media.Saver.Save(_id, "remote", "j", _asked, over.Token));

        Assert.Contains(media.Log, line => line.Contains("is saved without some of its pictures", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_comes_byte_by_byte_is_stored_whole()
    {
        var video = await Samples.Video;
        Assert.IsType<SaveReply.Saved>(await Save(new Source(() => new Drip(video, failAt: null)), "j"));
        Assert.Equal(video, _files.Stored[(_id, MediaVariant.Video)]);
    }

    [Fact]
    public async Task A_store_that_is_full_is_trouble_that_can_be_tried_again()
    {
        var video = await Samples.Video;
        _files.Full = true;
        var trouble = Assert.IsType<SaveReply.Trouble>(await Save(new Source(video), "j"));
        Assert.Equal((FailureKind.Unavailable, SaveReply.Trouble.StoreFull), (trouble.Failure.Kind, trouble.Failure.Code));

        _files.Full = false;
        Assert.Equal(new SaveReply.Saved(FileOf(video)), await Save(new Source(video), "j"));
    }

    [Fact]
    public async Task What_is_larger_than_any_video_is_not_taken()
    {
        await using var media = Media(new Source(() => new Endless()), ("Media:MaxVideoBytes", "2000000"));

        var trouble = Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Equal("too_large", trouble.Failure.Code);
    }

    [Fact]
    public async Task What_is_larger_than_any_video_is_not_taken_in_pieces_either()
    {
        await using var media = Media(new Source(() => new EndlessInPieces()), ("Media:MaxVideoBytes", "2000000"), ("Media:Resumes", "100"));

        var trouble = Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Equal("too_large", trouble.Failure.Code);
    }

    [Fact]
    public async Task A_video_with_its_index_at_its_end_is_stored_with_it_in_front_and_is_the_same_video()
    {
        var slow = await Samples.LargeVideo;
        Assert.True(Look(slow).IndexIsLast);
        await using var media = Media(new Source(slow));
        var asked = new VideoOptions("local", "1280x720", 2);

        var saved = Assert.IsType<SaveReply.Saved>(await media.Saver.Save(_id, "remote", "j", asked, CancellationToken.None));

        var stored = _files.Stored[(_id, MediaVariant.Video)];
        Assert.Equal(FileOf(stored), saved.File);
        Assert.Equal(new Mp4Look(null), Look(stored));
        Assert.Equal(await Streams(slow), await Streams(stored));
        Assert.Empty(media.Log);
        Assert.Equal(saved, await media.Saver.Save(_id, "remote", "j", asked, CancellationToken.None));
    }

    [Theory]
    [InlineData("exit 1", "It ended with exit code 1.")]
    [InlineData("exec sleep 1000", "Media:ToolTimeLimit")]
    [InlineData("echo nothing > faststart.mp4", "is not the same video")]
    [InlineData("ffmpeg -loglevel error -f lavfi -i testsrc=size=1280x720:duration=1 -movflags +faststart -y faststart.mp4", "is not the same video")]
    [InlineData("cp video.mp4 faststart.mp4", "is not the same video")]
    public async Task A_video_whose_index_cannot_be_put_in_front_is_stored_as_it_is(string script, string said)
    {
        var slow = await Samples.LargeVideo;
        var tool = Path.Combine(_folder.Root, "ffmpeg.sh");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\ncase \"$*\" in *faststart.mp4*) {script} ;; *) exec ffmpeg \"$@\" ;; esac\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var media = Media(new Source(slow), ("Media:Ffmpeg", tool), ("Media:ToolTimeLimit", "00:00:05"));

        Assert.Equal(new SaveReply.Saved(FileOf(slow)), await media.Saver.Save(_id, "remote", "j", new("local", "1280x720", 2), CancellationToken.None));

        Assert.Contains(media.Log, line => line.Contains("keeps its index behind its pictures", StringComparison.Ordinal) && line.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_video_with_marks_of_its_maker_is_stored_to_the_byte()
    {
        byte[] marked = [.. await Samples.LargeVideo, 0, 0, 0, 24, .. "uuid"u8, .. new byte[16]];
        Assert.Equal(new Mp4Look(null, IndexIsLast: true, HasMarks: true), Look(marked));

        Assert.Equal(new SaveReply.Saved(FileOf(marked)), await Save(new Source(marked), "j"));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_stores_nothing_and_leaves_nothing()
    {
        var video = await Samples.Video;
        await using var media = Media(new Source(() => new Drip(video, failAt: 400)));

        Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(_id, "remote", "j", _asked, CancellationToken.None));

        Assert.Empty(_files.Stored);
        Assert.Empty(Directory.EnumerateFiles(_folder.Root, "*.mp4", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_copy_that_hangs_is_given_up_after_the_time_limit()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await using var media = Media(new Source(() => new Hanging()));
        var trouble = Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(_id, "remote", "j", _asked, limit.Token));
        Assert.Equal(FailureKind.Expired, trouble.Failure.Kind);
    }

    [Fact]
    public async Task So_many_are_saved_at_a_time_and_the_next_waits_for_its_turn()
    {
        var (opened, first) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var source = new Source(() =>
        {
            Interlocked.Increment(ref opened);
            first.TrySetResult();
            return new Hanging();
        });
        await using var media = Media(source, ("Media:SavesAtOnce", "1"));
        using var longer = new CancellationTokenSource();
        var saving = media.Saver.Save(_id, "remote", "j", _asked, longer.Token);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(60));

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var waited = Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(new("v-2", 1), "remote", "j", _asked, limit.Token)).Failure;

        Assert.Equal((FailureKind.Expired, 1), (waited.Kind, opened));
        Assert.Contains("Media:SavesAtOnce (1)", waited.Detail, StringComparison.Ordinal);
        await longer.CancelAsync();
        Assert.Contains("Copying the video took longer", Assert.IsType<SaveReply.Trouble>(await saving).Failure.Detail, StringComparison.Ordinal);

        // Its place is free again.
        using var again = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await media.Saver.Save(new("v-2", 1), "remote", "j", _asked, again.Token);
        Assert.Equal(2, opened);
    }

    [Fact]
    public async Task An_account_that_is_not_configured_any_more_is_trouble_and_never_gone()
    {
        await using var media = Media(new Source(() => new MemoryStream()));
        Assert.IsType<SaveReply.Trouble>(await media.Saver.Save(_id, "elsewhere", "j", _asked, CancellationToken.None));
    }

    private async Task<Failure> IsTrouble(string code, byte[] content)
    {
        var trouble = Assert.IsType<SaveReply.Trouble>(await Save(new Source(() => new MemoryStream(content)), "j"));
        Assert.Equal((code, FailureKind.Unavailable), (trouble.Failure.Code, trouble.Failure.Kind));
        Assert.Empty(_files.Stored);
        return trouble.Failure;
    }

    private async Task<SaveReply> Save(IVideoSource source, string jobId)
    {
        await using var media = Media(source);
        return await media.Saver.Save(_id, source.Account, jobId, _asked, CancellationToken.None);
    }

    private MediaUnderTest Media(IVideoSource source, params (string Key, string Value)[] settings) => new(Path.Combine(_folder.Root, "media"), _files, source, settings);

    private async Task<(int Width, int Height)> Pixels(MediaVariant variant)
    {
        var picture = _files.Stored[(_id, variant)];
        Assert.Equal("WEBP", System.Text.Encoding.ASCII.GetString(picture, 8, 4));
        var path = Path.Combine(_folder.Root, "picture.webp");
        await File.WriteAllBytesAsync(path, picture);
        return await Ffprobe.Pixels(path);
    }

    private Mp4Look Look(byte[] video)
    {
        var path = Path.Combine(_folder.Root, "look.mp4");
        File.WriteAllBytes(path, video);
        return Mp4.Look(path);
    }

    /// <summary>What ffprobe says of its streams, and a checksum of each of their packets.</summary>
    private async Task<string> Streams(byte[] video)
    {
        var path = Path.Combine(_folder.Root, "streams.mp4");
        await File.WriteAllBytesAsync(path, video);
        await using var probe = VideoGen.Storage.Processes.WatchedProcess.Start("ffprobe", ["-loglevel", "error", "-show_entries", "format=nb_streams,duration:stream=codec_name,width,height,duration,nb_frames,extradata_hash", "-show_data_hash", "sha256", path]);
        Assert.True(await probe.Exited == 0, probe.Errors);
        Assert.Contains("nb_frames=48", probe.Output, StringComparison.Ordinal);
        return probe.Output;
    }

    private static StoredVideo FileOf(byte[] video) => new(video.Length, Convert.ToHexStringLower(SHA256.HashData(video)));

    private sealed class Source(Func<Stream> open) : IVideoSource
    {
        public Source(byte[] video) : this(() => new MemoryStream(video))
        {
        }

        public string Account => "remote";

        public Task<SourceReply> Open(string jobId, CancellationToken cancellationToken) => Task.FromResult<SourceReply>(new SourceReply.Opened(open()));
    }

    /// <summary>One byte at a time, as a bad network has it.</summary>
    private sealed class Drip(byte[] content, int? failAt) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) =>
            Position == failAt ? throw new HttpIOException(HttpRequestError.ResponseEnded) : base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
    }

    private sealed class Hanging : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);
    }

    /// <summary>Breaks off after each half of a million bytes, and goes on.</summary>
    private sealed class EndlessInPieces : MemoryStream, IResumableVideo
    {
        private int _left = 500_000;

        public bool CanResume => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0) throw new HttpIOException(HttpRequestError.ResponseEnded);
            var read = Math.Min(_left, buffer.Length);
            _left -= read;
            return ValueTask.FromResult(read);
        }

        public Task<bool> Resume(CancellationToken cancellationToken)
        {
            _left = 500_000;
            return Task.FromResult(true);
        }
    }

    /// <summary>A store that keeps to the port's words, in memory.</summary>
    private sealed class MemoryFiles : IVideoFiles
    {
        public Dictionary<(VideoId, MediaVariant), byte[]> Stored { get; } = [];

        public int Saves { get; private set; }

        public bool Full { get; set; }

        public bool PicturesFull { get; set; }

        public Action OnSaved { get; set; } = () => { };

        public TimeSpan? RetainFor => null;

        public async Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            if (Full || (PicturesFull && variant != MediaVariant.Video)) throw new StoreFullException("No space left on device.");
            Stored[(id, variant)] = copy.ToArray();
            Saves++;
            OnSaved();
            return FileOf(copy.ToArray());
        }

        public Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken) =>
            Task.FromResult(Stored.TryGetValue((id, variant), out var file) ? FileOf(file) : null);

        public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(Stored.TryGetValue((id, variant), out var file) ? new MemoryStream(file) : null);

        public Task Delete(VideoId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> Trouble(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}
