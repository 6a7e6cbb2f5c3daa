using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Files;

/// <summary>What is of folders alone; the rest is in <see cref="VideoStoreConformance"/>.</summary>
public sealed class FileVideoStoreTests : IDisposable
{
    private static readonly string Key = "v-" + new string('a', 50) + "b7";
    private static readonly VideoId Video = new(Key, 1);

    private readonly string root = Path.Combine(Path.GetTempPath(), "videogen-files-" + Path.GetRandomFileName());
    private readonly ManualTime time = new();

    public void Dispose()
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Its_path_is_made_from_ids_only()
    {
        var store = await Started();
        await store.Save(new(Key, 12), MediaVariant.Video, Content("x"), CancellationToken.None);

        await store.Save(new(Key, 12), MediaVariant.Thumbnail, Content("x"), CancellationToken.None);
        await store.Save(new(Key, 12), MediaVariant.Spritesheet, Content("x"), CancellationToken.None);

        Assert.Equal([".store-id", $"aa/{Key}_12.mp4", $"aa/{Key}_12.spritesheet.webp", $"aa/{Key}_12.thumbnail.webp"], Files());
    }

    [Theory]
    [InlineData("../../etc/passwd", 1)]
    [InlineData("v-short", 1)]
    [InlineData("", 1)]
    [InlineData(null, 0)]
    public async Task Whatever_is_no_id_is_no_path(string? key, int round)
    {
        var store = await Started();
        var id = new VideoId(key ?? Key, round);

        await Assert.ThrowsAsync<ArgumentException>(() => store.Save(id, MediaVariant.Video, Content("x"), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Open(id, MediaVariant.Video, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Delete(id, CancellationToken.None));
    }

    [Fact]
    public async Task Saving_the_same_video_again_answers_the_same()
    {
        var store = await Started();
        var first = await store.Save(Video, MediaVariant.Video, Content("same"), CancellationToken.None);
        await using var reader = await store.Open(Video, MediaVariant.Video, CancellationToken.None);

        Assert.Equal(first, await store.Save(Video, MediaVariant.Video, Content("same"), CancellationToken.None));

        Assert.Equal(2, Files().Length);
        using var text = new StreamReader(reader!);
        Assert.Equal("same", await text.ReadToEndAsync()); // Whoever is reading goes on.
    }

    [Fact]
    public async Task Two_savers_at_once_leave_one_whole_video()
    {
        var (one, two) = (await Started(), await Started());
        for (var round = 1; round <= 20; round++)
        {
            var id = new VideoId(Key, round);
            var bytes = RandomNumberGenerator.GetBytes(300_000);

            var stored = await Task.WhenAll(
                Task.Run(() => one.Save(id, MediaVariant.Video, new SlowStream(bytes), CancellationToken.None)),
                Task.Run(() => two.Save(id, MediaVariant.Video, new SlowStream(bytes), CancellationToken.None)));

            Assert.Equal(stored[0], stored[1]);
            Assert.Equal(bytes, await Read(one, id));
        }

        Assert.Equal(21, Files().Length);
    }

    [Fact]
    public async Task A_save_that_breaks_off_leaves_the_video_that_was_there()
    {
        var store = await Started();
        await store.Save(Video, MediaVariant.Video, Content("whole"), CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => store.Save(Video, MediaVariant.Video, new SlowStream(new byte[200_000]) { BreakAt = 100_000 }, CancellationToken.None));

        Assert.Equal("whole", Encoding.UTF8.GetString((await Read(store, Video))!));
    }

    [Fact]
    public async Task Of_installations_that_claim_a_folder_at_once_one_gets_it()
    {
        const int Claimers = 4, Rounds = 300;
        using var together = new Barrier(Claimers);
        for (var round = 0; round < Rounds; round++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, $"{round}")).FullName;
            var owners = await Task.WhenAll(Enumerable.Range(0, Claimers).Select(i => Task.Factory.StartNew(() =>
            {
                together.SignalAndWait();
                return StoreId.Claim(folder, Path.Combine(folder, $"temporary{i}"), $"claimer{i}", CancellationToken.None).GetAwaiter().GetResult();
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.Single(owners.Distinct(StringComparer.Ordinal));
            Assert.Equal([Path.Combine(folder, StoreId.FileName)], Directory.GetFiles(folder));
        }
    }

    [Fact]
    public async Task A_disk_that_is_not_mounted_is_an_error_and_not_an_empty_store()
    {
        var store = await Started();
        await store.Save(Video, MediaVariant.Video, Content("x"), CancellationToken.None);
        Directory.Move(root, root + "-away");
        try
        {
            await Assert.ThrowsAnyAsync<IOException>(() => store.Open(Video, MediaVariant.Video, CancellationToken.None));
            await Assert.ThrowsAnyAsync<IOException>(() => store.Save(Video, MediaVariant.Video, Content("x"), CancellationToken.None));
            Assert.Contains("not mounted", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Move(root + "-away", root);
        }

        Assert.Null(await store.Trouble(CancellationToken.None));
    }

    [Fact]
    public async Task Too_little_space_is_trouble_with_a_way_out()
    {
        var store = await Started();
        Assert.Null(await store.Trouble(CancellationToken.None));

        var trouble = await New(minFree: long.MaxValue).Trouble(CancellationToken.None);

        Assert.Contains("MiB free, less than", trouble, StringComparison.Ordinal);
        Assert.Contains("Free space or name a larger disk", trouble, StringComparison.Ordinal);
        await New(minFree: long.MaxValue).Save(Video, MediaVariant.Video, Content("paid for"), CancellationToken.None); // It is taken all the same.
    }

    [Fact]
    public async Task The_reserve_is_not_touched()
    {
        var store = await Started();
        var free = FreeSpace.In(root);

        await Assert.ThrowsAsync<StoreFullException>(() => New(reserve: free + (1L << 40)).Save(Video, MediaVariant.Video, Content("x"), CancellationToken.None));

        Assert.Null(await store.Open(Video, MediaVariant.Video, CancellationToken.None));
    }

    [SmallDiskFact]
    public async Task A_disk_that_is_full_is_said_so_whether_it_is_seen_before_or_while_writing()
    {
        await using var disk = SmallDisk.Mount(megabytes: 2);
        var store = new FileVideoStore(
            new() { Folder = Path.Combine(disk.Folder, "videos"), MinFreeBytes = 1 << 20, ReserveBytes = 0 }, new Installation("abcd1234"), time, NullLogger<FileVideoStore>.Instance);
        await store.Check(isAlone: true, CancellationToken.None);
        await disk.Fill(butBytes: 300_000);
        var video = RandomNumberGenerator.GetBytes(500_000);

        await Assert.ThrowsAsync<StoreFullException>(() => store.Save(Video, MediaVariant.Video, new MemoryStream(video), CancellationToken.None));
        await Assert.ThrowsAsync<StoreFullException>(() => store.Save(Video, MediaVariant.Video, new Unseekable(video), CancellationToken.None));
        Assert.Contains("Free space or name a larger disk", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(disk.Folder, "videos", ".partial")));

        disk.MakeRoom();
        await store.Save(Video, MediaVariant.Video, new Unseekable(video), CancellationToken.None);
        Assert.Equal(video, await Read(store, Video));
        Assert.Null(await store.Trouble(CancellationToken.None));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_trouble_with_a_way_out()
    {
        var store = await Started();
        Directory.Delete(Path.Combine(root, ".partial"));
        await File.WriteAllTextAsync(Path.Combine(root, ".partial"), "in the way"); // Rights do not stop root, so this does.

        Assert.Contains("cannot be written", await store.Trouble(CancellationToken.None), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(() => store.Save(Video, MediaVariant.Video, Content("x"), CancellationToken.None));
    }

    private async Task<FileVideoStore> Started(string installation = "abcd1234")
    {
        var store = New(installation);
        await store.Check(isAlone: false, CancellationToken.None);
        return store;
    }

    private FileVideoStore New(string installation = "abcd1234", long minFree = 1, long reserve = 1) => new(
        new() { Folder = root, MinFreeBytes = minFree, ReserveBytes = reserve }, new Installation(installation), time, NullLogger<FileVideoStore>.Instance);

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<byte[]?> Read(FileVideoStore store, VideoId id)
    {
        await using var video = await store.Open(id, MediaVariant.Video, CancellationToken.None);
        if (video is null) return null;
        using var copy = new MemoryStream();
        await video.CopyToAsync(copy);
        return copy.ToArray();
    }

    private string[] Files() =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal)];

    private sealed record Installation(string Id) : IInstallation
    {
        public int KeyRules => 1;
    }

    /// <summary>As a network has it: nobody knows its length before its end.</summary>
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>Hands out a few bytes at a time on other threads, so that two savers really take turns; may break off.</summary>
    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        public int BreakAt { get; init; } = int.MaxValue;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (Position >= BreakAt) throw new IOException("The provider hung up.");
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 50_000)], cancellationToken);
        }
    }
}
