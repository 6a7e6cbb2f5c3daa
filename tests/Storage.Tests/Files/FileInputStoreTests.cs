using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Files;

public sealed class FileInputStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("videogen-inputs-").FullName;
    private readonly ManualTime time = new();
    private readonly FileInputStore store;

    public FileInputStoreTests() => store = new(Path.Combine(folder, "inputs"), time);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_picture_is_one_file_under_its_hash_however_often_it_is_sent()
    {
        var inputs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Save("a picture")));
        var input = Assert.Single(inputs.Distinct());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("a picture"u8)), input.Sha256);
        Assert.Equal("a picture", await Read(input));
        Assert.Single(Files());
    }

    [Fact]
    public async Task What_cannot_be_read_to_its_end_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(() => store.Save(new Breaking(), "image/png", CancellationToken.None));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_picture_that_nobody_sends_any_more_is_removed_and_one_that_is_sent_again_is_kept()
    {
        var (old, kept) = (await Save("old"), await Save("kept"));
        foreach (var file in Files()) File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime - IInputStore.KeptFor - TimeSpan.FromMinutes(1));
        File.SetLastWriteTimeUtc(Files().Single(f => f.EndsWith(kept.Sha256, StringComparison.Ordinal)), time.GetUtcNow().UtcDateTime);
        await store.RemoveOld(CancellationToken.None);
        Assert.Null(await Read(old));
        Assert.Equal("kept", await Read(kept));
    }

    [Fact]
    public async Task What_a_crash_left_is_removed_an_hour_later_and_not_before()
    {
        await store.RemoveOld(CancellationToken.None); // Nothing is there yet.
        await Save("a picture");
        foreach (var (name, minutes) in (Dictionary<string, int>)new() { ["old"] = 61, ["young"] = 59 })
        {
            var path = Path.Combine(folder, "inputs", ".partial", name);
            await File.WriteAllTextAsync(path, "half");
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime.AddMinutes(-minutes));
        }

        await store.RemoveOld(CancellationToken.None);

        Assert.Equal(["young"], Directory.GetFiles(Path.Combine(folder, "inputs", ".partial")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_name_that_is_no_hash_opens_nothing() =>
        await Assert.ThrowsAsync<ArgumentException>(() => store.Open(new("../../etc/passwd", "image/png"), CancellationToken.None));

    private async Task<InputFile> Save(string text)
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return await store.Save(bytes, "image/png", CancellationToken.None);
    }

    private async Task<string?> Read(InputFile input)
    {
        if (await store.Open(input, CancellationToken.None) is not { } stream) return null;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private string[] Files() => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    private sealed class Breaking : MemoryStream
    {
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("The line broke.");
    }
}
