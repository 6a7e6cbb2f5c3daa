using VideoGen.Storage.Files;

namespace VideoGen.Storage.Tests.Files;

public sealed class SecretFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("videogen-secret-").FullName;
    private int drawn;

    private string File => Path.Combine(folder, "the.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Processes_that_make_it_at_once_all_have_the_same_and_leave_one_file()
    {
        var secrets = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SecretFile.ReadOrMake(File, Draw, CancellationToken.None))));

        Assert.Equal(System.IO.File.ReadAllText(File), Assert.Single(secrets.Distinct()) + "\n");
        Assert.Equal([File], Directory.GetFiles(folder));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task One_that_is_there_stays()
    {
        await System.IO.File.WriteAllTextAsync(File, "mine\r\n");

        Assert.Equal("mine", await SecretFile.ReadOrMake(File, Draw, CancellationToken.None));
        Assert.Equal(0, drawn);
    }

    [Fact]
    public async Task Where_none_can_be_drawn_none_is_left()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => SecretFile.ReadOrMake(File, () => throw new InvalidOperationException(), CancellationToken.None));

        Assert.Empty(Directory.GetFiles(folder));
    }

    private string Draw() => $"secret {Interlocked.Increment(ref drawn)}";
}
