using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Media;

public sealed class VideoSaverTests : IDisposable
{
    private static readonly VideoId _id = new("v-1", 1);
    private static readonly byte[] _video = [0, 0, 0, 24, .. "ftypisom"u8, .. new byte[100_000]];

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

        Assert.Equal(original, _files.Stored[_id]);
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
    [InlineData("ftyp")]
    [InlineData("")]
    public async Task What_does_not_begin_like_an_mp4_is_not_stored(string content)
    {
        var trouble = Assert.IsType<SaveReply.Trouble>(await Save(new Source(() => new MemoryStream([.. content.Select(letter => (byte)letter)])), "j"));

        Assert.Equal("not_mp4", trouble.Failure.Code);
        Assert.Empty(_files.Stored);
    }

    [Fact]
    public async Task A_stream_that_comes_byte_by_byte_is_stored_whole()
    {
        var video = _video[..500];
        Assert.IsType<SaveReply.Saved>(await Save(new Source(() => new Drip(video, failAt: null)), "j"));
        Assert.Equal(video, _files.Stored[_id]);
    }

    [Fact]
    public async Task A_store_that_is_full_is_trouble_that_can_be_tried_again()
    {
        _files.Full = true;
        var trouble = Assert.IsType<SaveReply.Trouble>(await Save(new Source(() => new MemoryStream(_video)), "j"));
        Assert.Equal(FailureKind.Unavailable, trouble.Failure.Kind);

        _files.Full = false;
        Assert.Equal(new SaveReply.Saved(FileOf(_video)), await Save(new Source(() => new MemoryStream(_video)), "j"));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_stores_nothing()
    {
        Assert.IsType<SaveReply.Trouble>(await Save(new Source(() => new Drip(_video, failAt: 400)), "j"));
        Assert.Empty(_files.Stored);
    }

    [Fact]
    public async Task A_copy_that_hangs_is_given_up_after_the_time_limit()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var trouble = Assert.IsType<SaveReply.Trouble>(await Saver(new Source(() => new Hanging())).Save(_id, "remote", "j", limit.Token));
        Assert.Equal(FailureKind.Expired, trouble.Failure.Kind);
    }

    [Fact]
    public async Task An_account_that_is_not_configured_any_more_is_trouble_and_never_gone()
    {
        var saver = Saver(new Source(() => new MemoryStream(_video)));
        Assert.IsType<SaveReply.Trouble>(await saver.Save(_id, "elsewhere", "j", CancellationToken.None));
    }

    private Task<SaveReply> Save(IVideoSource source, string jobId) => Saver(source).Save(_id, source.Account, jobId, CancellationToken.None);

    private VideoSaver Saver(IVideoSource source) => new([source], _files, NullLogger<VideoSaver>.Instance);

    private static StoredVideo FileOf(byte[] video) => new(video.Length, Convert.ToHexStringLower(SHA256.HashData(video)));

    private sealed class Source(Func<Stream> open) : IVideoSource
    {
        public string Account => "remote";

        public Task<SourceReply> Open(string jobId, CancellationToken cancellationToken) => Task.FromResult<SourceReply>(new SourceReply.Opened(open()));
    }

    /// <summary>One byte at a time, as a bad network has it.</summary>
    private sealed class Drip(byte[] content, int? failAt) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) =>
            Position == failAt ? throw new HttpIOException(HttpRequestError.ResponseEnded) : base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var one = new byte[1];
            while (await ReadAsync(one, cancellationToken) > 0) await destination.WriteAsync(one, cancellationToken);
        }
    }

    private sealed class Hanging : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }

    /// <summary>A store that keeps to the port's words, in memory.</summary>
    private sealed class MemoryFiles : IVideoFiles
    {
        public Dictionary<VideoId, byte[]> Stored { get; } = [];

        public bool Full { get; set; }

        public async Task<StoredVideo> Save(VideoId id, Stream video, CancellationToken cancellationToken)
        {
            using var copy = new MemoryStream();
            await video.CopyToAsync(copy, cancellationToken);
            if (Full) throw new IOException("No space left on device.");
            Stored[id] = copy.ToArray();
            return FileOf(Stored[id]);
        }

        public Task<Stream?> Open(VideoId id, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(Stored.TryGetValue(id, out var video) ? new MemoryStream(video) : null);

        public Task Delete(VideoId id, CancellationToken cancellationToken)
        {
            Stored.Remove(id);
            return Task.CompletedTask;
        }

        public Task<string?> Trouble(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}
