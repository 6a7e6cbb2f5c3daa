using System.Security.Cryptography;
using System.Text;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Tests.Files;

/// <summary>Where videos and pictures are kept: each there whole or not at all, the first one for good, for one installation alone.</summary>
public abstract class VideoStoreConformance
{
    /// <summary>Larger than what a store sends in one go.</summary>
    private const int Large = 9 << 20;

    private static readonly string Key = "v-" + new string('a', 50) + "b7";
    private static readonly VideoId Video = new(Key, 1);

    /// <summary>Runs a test on an empty place.</summary>
    protected abstract Task With(Func<StoreUnderTest, Task> test);

    [Theory]
    [InlineData(0)]
    [InlineData(700_001)]
    [InlineData(8 << 20)]
    [InlineData(Large)]
    public Task What_is_saved_comes_back_with_its_size_and_checksum(int size) => With(async test =>
    {
        var store = await Started(test);
        var bytes = RandomNumberGenerator.GetBytes(size);

        var stored = await Save(store, bytes);

        Assert.Equal(Of(bytes), stored);
        Assert.Equal(stored, await store.Find(Video, MediaVariant.Video, CancellationToken.None));
        Assert.Equal(bytes, await Read(store, Video));
        Assert.Equal([$"aa/{Key}_1.mp4"], test.Names());
        Assert.Equal(0, test.Unfinished());
    });

    [Fact]
    public Task What_is_not_there_is_not_found() => With(async test =>
    {
        var store = await Started(test);
        await Save(store, [1]);
        Assert.Null(await store.Find(new(Key, 2), MediaVariant.Video, CancellationToken.None));
        Assert.Null(await store.Find(Video, MediaVariant.Thumbnail, CancellationToken.None));
        Assert.Null(await store.Open(Video, MediaVariant.Thumbnail, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Open(new("../../etc/passwd", 1), MediaVariant.Video, CancellationToken.None));
    });

    [Fact]
    public Task Any_part_of_a_video_can_be_read_in_any_order() => With(async test =>
    {
        var store = await Started(test);
        var bytes = RandomNumberGenerator.GetBytes(2 * Large);
        await Save(store, bytes);

        await using var video = (await store.Open(Video, MediaVariant.Video, CancellationToken.None))!;
        Assert.True(video.CanSeek);
        Assert.Equal(bytes.Length, video.Length);
        foreach (var (from, count) in ((int, int)[])[(bytes.Length - 1, 1), (0, 10), (Large, 300_000), (Large + 300_000, 5), (3, 2 * Large - 3), (100, 100)])
        {
            var part = new byte[count];
            video.Position = from;
            await video.ReadExactlyAsync(part);
            Assert.Equal(bytes[from..(from + count)], part);
        }

        var last = new byte[7];
        video.Seek(-7, SeekOrigin.End);
#pragma warning disable CA1849, CA1835, S6966 // Some read without awaiting.
        video.ReadExactly(last, 0, 7);
#pragma warning restore CA1849, CA1835, S6966
        Assert.Equal(bytes[^7..], last);
        Assert.Equal(0, await video.ReadAsync(last));
    });

    [Theory]
    [InlineData(300_000)]
    [InlineData(Large)]
    public Task What_is_saved_again_stays_as_it_was_and_that_is_told(int size) => With(async test =>
    {
        var (store, other) = (await Started(test), await Started(test));
        var (first, second) = (RandomNumberGenerator.GetBytes(size), RandomNumberGenerator.GetBytes(size + 1));
        await Save(store, first);

        Assert.Equal(Of(first), await Save(store, first));
        Assert.Equal(Of(first), await Save(other, second));

        Assert.Equal(first, await Read(store, Video));
        Assert.Equal((1, 0), (test.Names().Count, test.Unfinished()));
    });

    [Theory]
    [InlineData(300_000)]
    [InlineData(Large)]
    public Task Savers_at_once_are_all_told_of_the_one_that_stays(int size) => With(async test =>
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Started(test)));
        for (var round = 1; round <= 3; round++)
        {
            var id = new VideoId(Key, round);
            using var together = new Meeting(stores.Length);
            var videos = stores.Select(_ => RandomNumberGenerator.GetBytes(size)).ToList();
            var told = await Task.WhenAll(stores.Zip(videos, (store, bytes) => Task.Run(() =>
                store.Save(id, MediaVariant.Video, new ContentStream(bytes) { At = bytes.Length / 2, Then = together.Arrive }, CancellationToken.None))));

            Assert.Single(told.Distinct());
            Assert.Contains(told[0], videos.Select(Of));
            Assert.Equal(told[0], Of((await Read(stores[0], id))!));
        }

        Assert.Equal((3, 0), (test.Names().Count, test.Unfinished()));
    });

    /// <summary>A stream that can be read twice may break when it is read first.</summary>
    [Theory]
    [InlineData(300_000, true)]
    [InlineData(Large, true)]
    [InlineData(Large, false)]
    public Task A_save_that_breaks_off_leaves_no_trace(int size, bool isSeekable) => With(async test =>
    {
        var store = await Started(test);
        using var patience = new CancellationTokenSource();

        await Assert.ThrowsAsync<IOException>(() => Save(store, new ContentStream(new byte[size]) { IsSeekable = isSeekable, At = size - 1, Then = () => throw new IOException("The provider hung up.") }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.Save(Video, MediaVariant.Video, new ContentStream(new byte[size]) { IsSeekable = isSeekable, At = size - 1, Then = patience.CancelAsync }, patience.Token));

        Assert.Null(await store.Open(Video, MediaVariant.Video, CancellationToken.None));
        Assert.Empty(test.Names());
        Assert.Equal(0, test.Unfinished());
    });

    [Fact]
    public Task What_can_be_read_only_once_and_whose_length_nobody_knows_is_saved_too() => With(async test =>
    {
        var (store, other) = (await Started(test), await Started(test));
        var bytes = RandomNumberGenerator.GetBytes(Large);

        Assert.Equal(Of(bytes), await Save(store, new ContentStream(bytes) { IsSeekable = false }));

        Assert.Equal(Of(bytes), await other.Find(Video, MediaVariant.Video, CancellationToken.None));
        Assert.Equal(Of(bytes), await Save(other, [1, 2, 3]));
        Assert.Equal(bytes, await Read(store, Video));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_place_that_goes_away_in_the_middle_is_an_error_and_the_next_try_saves(bool isSeekable) => With(async test =>
    {
        var store = await Started(test);
        var bytes = RandomNumberGenerator.GetBytes(2 * Large);

        await Assert.ThrowsAnyAsync<IOException>(() => Save(store, new ContentStream(bytes) { IsSeekable = isSeekable, At = Large, Then = test.Lose }));

        await test.GiveBack();
        Assert.Null(await store.Find(Video, MediaVariant.Video, CancellationToken.None));
        Assert.Empty(test.Names());
        Assert.Equal(Of(bytes), await Save(store, bytes));
        Assert.Equal(bytes, await Read(store, Video));
    });

    [Fact]
    public Task A_place_that_is_away_is_an_error_and_not_an_empty_store() => With(async test =>
    {
        var store = await Started(test);
        await Save(store, [1]);
        Assert.Null(await store.Trouble(CancellationToken.None));
        await test.Lose();

        await Assert.ThrowsAnyAsync<IOException>(() => store.Find(new(Key, 2), MediaVariant.Video, CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(() => store.Open(Video, MediaVariant.Video, CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(() => Save(store, [1]));
        await Assert.ThrowsAnyAsync<IOException>(async () => await store.WrittenBefore(test.Now).ToListAsync());
        Assert.NotNull(await store.Trouble(CancellationToken.None));

        await test.GiveBack();
        Assert.Null(await store.Trouble(CancellationToken.None));
        Assert.Equal([1], await Read(store, Video));
    });

    [Fact]
    public Task A_large_video_needs_little_memory() => With(async test =>
    {
        const int Size = 40 << 20, MostAlive = 24 << 20, MostAtOnce = 8 << 20;
        var store = await Started(test);
        using var generated = new GeneratedStream(Size);
        var before = Alive();
        long most = 0;
        generated.OnStep = () => most = Math.Max(most, Alive() - before);

        var stored = await store.Save(Video, MediaVariant.Video, generated, CancellationToken.None);

        Assert.Equal(Size, stored.Bytes);
        await using (var video = (await store.Open(Video, MediaVariant.Video, CancellationToken.None))!)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 20];
            for (int read, step = 0; (read = await video.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; step++)
            {
                hash.AppendData(buffer, 0, read);
                if (step % 8 == 0) most = Math.Max(most, Alive() - before);
            }

            Assert.Equal(stored.Sha256, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        Assert.InRange(most, 0, MostAlive);
        Assert.InRange(generated.MostAtOnce, 1, MostAtOnce); // What is taken from a pool and given back is alive before, too.
    });

    [Fact]
    public Task A_deleted_video_is_gone_with_its_pictures_and_deleting_it_again_does_nothing() => With(async test =>
    {
        var store = await Started(test);
        foreach (var variant in Enum.GetValues<MediaVariant>()) await store.Save(Video, variant, new MemoryStream([1]), CancellationToken.None);
        await store.Save(new(Key, 2), MediaVariant.Video, new MemoryStream([1]), CancellationToken.None);
        Assert.Equal([$"aa/{Key}_1.mp4", $"aa/{Key}_1.spritesheet.webp", $"aa/{Key}_1.thumbnail.webp", $"aa/{Key}_2.mp4"], test.Names());

        await store.Delete(Video, CancellationToken.None);
        await store.Delete(Video, CancellationToken.None);

        Assert.Equal([$"aa/{Key}_2.mp4"], test.Names());
        Assert.Null(await store.Open(Video, MediaVariant.Video, CancellationToken.None));
    });

    [Fact]
    public Task Another_installations_place_is_refused() => With(async test =>
    {
        await Started(test, "first001");
        var other = test.New("other002");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => other.Check(isAlone: false, CancellationToken.None));

        Assert.Contains("belongs to installation 'first001', but this database is installation 'other002'", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.CheckShared(CancellationToken.None));
        Assert.Contains("belongs to installation 'first001'", await other.Trouble(CancellationToken.None), StringComparison.Ordinal);
    });

    [Fact]
    public Task Of_installations_that_claim_a_place_at_once_one_gets_it() => With(async test =>
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Record.ExceptionAsync(() => test.New($"claimer{i}").Check(isAlone: false, CancellationToken.None)))));
        Assert.Single(claims, claim => claim is null);
        Assert.Equal(3, claims.OfType<InvalidOperationException>().Count());
    });

    [Fact]
    public Task A_process_that_saves_nothing_joins_and_makes_nothing() => With(async test =>
    {
        var door = test.New();
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => door.CheckShared(CancellationToken.None));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => door.CheckShared(CancellationToken.None));
        await Started(test);
        await door.CheckShared(CancellationToken.None);
        Assert.Null(await door.Trouble(CancellationToken.None));
    });

    [Fact]
    public Task Who_has_files_from_before_a_time_is_told_and_what_is_not_ours_is_passed_over() => With(async test =>
    {
        var store = await Started(test);
        await store.Save(new(Key, 1), MediaVariant.Video, new MemoryStream([1]), CancellationToken.None);
        await store.Save(new(Key, 2), MediaVariant.Thumbnail, new MemoryStream([1]), CancellationToken.None);
        await store.Save(new(Key, 3), MediaVariant.Video, new MemoryStream([1]), CancellationToken.None);
        foreach (var name in (string[])["aa/notes.txt", "aa/v-short_1.mp4", $"aa/{Key}_1.mp4.bak", $"aa/{Key}_01.mp4"]) await test.PutForeign(name);
        foreach (var name in test.Names()) test.Age(name, TimeSpan.FromHours(name.EndsWith("_3.mp4", StringComparison.Ordinal) ? 1 : 3));

        Assert.Equal([new(Key, 1), new(Key, 2)], (await store.WrittenBefore(test.Now.AddHours(-2)).ToListAsync()).OrderBy(id => id.Round));
    });

    [Fact]
    public Task What_a_crash_left_is_removed_a_day_later_and_at_once_by_a_host_that_is_alone() => With(async test =>
    {
        var store = await Started(test);
        for (var i = 0; i < 3; i++) await test.LeaveUnfinished();
        Assert.Equal(3, test.Unfinished());

        test.Advance(TimeSpan.FromHours(23));
        await store.RemoveLeftovers(CancellationToken.None);
        await test.New().Check(isAlone: false, CancellationToken.None);
        Assert.Equal(3, test.Unfinished());

        test.Advance(TimeSpan.FromHours(2));
        await test.LeaveUnfinished();
        await store.RemoveLeftovers(CancellationToken.None);
        Assert.Equal(1, test.Unfinished());

        await test.New().Check(isAlone: true, CancellationToken.None);
        Assert.Equal(0, test.Unfinished());
    });

    [Fact]
    public Task A_picture_is_one_file_under_its_hash_and_kept_for_as_long_as_it_is_sent() => With(async test =>
    {
        await Started(test);
        var inputs = test.NewInputs();
        var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SaveInput(inputs, "a picture")));
        var input = Assert.Single(sent.Distinct());
        Assert.Equal(new InputFile(Convert.ToHexStringLower(SHA256.HashData("a picture"u8)), "image/png"), input);
        var again = await SaveInput(inputs, "sent again");
        foreach (var name in (string[])[input.Sha256, again.Sha256]) test.Age(name, IInputStore.KeptFor + TimeSpan.FromMinutes(1));
        await SaveInput(inputs, "sent again");
        test.Age(again.Sha256, TimeSpan.FromDays(13));

        await inputs.RemoveOld(CancellationToken.None);

        Assert.Null(await inputs.Open(input, CancellationToken.None));
        await using (var kept = (await inputs.Open(again, CancellationToken.None))!)
        {
            using var reader = new StreamReader(kept);
            Assert.Equal("sent again", await reader.ReadToEndAsync());
        }

        await Assert.ThrowsAsync<ArgumentException>(() => inputs.Open(new("../../etc/passwd", "image/png"), CancellationToken.None));
    });

    private static async Task<IVideoStore> Started(StoreUnderTest test, string installation = "store001")
    {
        var store = test.New(installation);
        await store.Check(isAlone: false, CancellationToken.None);
        return store;
    }

    private static Task<StoredVideo> Save(IVideoStore store, byte[] bytes) => Save(store, new MemoryStream(bytes));

    private static async Task<StoredVideo> Save(IVideoStore store, Stream content)
    {
        await using (content) return await store.Save(Video, MediaVariant.Video, content, CancellationToken.None);
    }

    private static async Task<InputFile> SaveInput(IInputStore inputs, string text)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await inputs.Save(bytes, "image/png", CancellationToken.None);
    }

    private static async Task<byte[]?> Read(IVideoStore store, VideoId id)
    {
        await using var video = await store.Open(id, MediaVariant.Video, CancellationToken.None);
        if (video is null) return null;
        using var copy = new MemoryStream();
        await video.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static StoredVideo Of(byte[] bytes) => new(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The bytes that are in use, and not only not collected yet.</summary>
    private static long Alive() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>Lets so many go on when all have come.</summary>
    private sealed class Meeting(int count) : IDisposable
    {
        private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int missing = count;

        public Task Arrive()
        {
            if (Interlocked.Decrement(ref missing) == 0) all.TrySetResult();
            return all.Task.WaitAsync(patience.Token);
        }

        public void Dispose() => patience.Dispose();
    }

    /// <summary>Brings a few bytes at a time on other threads, and does something once when it is so far.</summary>
    private sealed class ContentStream(byte[] bytes) : MemoryStream(bytes)
    {
        private bool done;

        public int At { get; init; } = int.MaxValue;

        public Func<Task> Then { get; init; } = () => Task.CompletedTask;

        public bool IsSeekable { get; init; } = true;

        public override bool CanSeek => IsSeekable;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (Position >= At && !done)
            {
                done = true;
                await Then();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 50_000)], cancellationToken);
        }
    }

    /// <summary>Bytes that are nowhere until they are read.</summary>
    private sealed class GeneratedStream(int length) : Stream
    {
        private int steps;

        public Action OnStep { get; set; } = () => { };

        /// <summary>The largest part that was asked for, bytes.</summary>
        public int MostAtOnce { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            MostAtOnce = Math.Max(MostAtOnce, count);
            var read = (int)Math.Min(count, Length - Position);
            for (var i = 0; i < read; i++) buffer[offset + i] = (byte)((Position + i) * 2_654_435_761 >> 13);
            Position += read;
            if (Position / (4 << 20) != steps)
            {
                steps = (int)(Position / (4 << 20));
                OnStep();
            }

            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void Flush() { }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
