namespace VideoGen.Bench;

/// <summary>A folder for hosts, and for what they leave behind.</summary>
internal sealed class BenchFolder : IAsyncDisposable
{
    private const string Memory = "/dev/shm";

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    public BenchFolder()
    {
        Path = Directory.CreateTempSubdirectory("videogen-bench-").FullName;
        InMemory = System.IO.Path.Combine(Directory.Exists(Memory) ? Memory : Path, System.IO.Path.GetFileName(Path));
        Directory.CreateDirectory(InMemory);
    }

    public string Path { get; }

    /// <summary>A folder whose files are in memory, where the machine has such a place.</summary>
    public string InMemory { get; }

    /// <summary>
    /// Removes it. A host that was killed is gone before its PostgreSQL, which is stopped by a watcher of its own and writes to the
    /// folder to the last.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        // Where root may not use user namespaces, the server's files are not here.
        var pointer = System.IO.Path.Combine(Path, "postgres", "elsewhere");
        string[] folders = File.Exists(pointer) ? [InMemory, Path, File.ReadAllText(pointer).Trim()] : [InMemory, Path];
        await Until.Holds($"no process works in {Path} any more", () => Task.FromResult(!Array.Exists(folders, Linux.IsWorkplace)), StopPatience);
        foreach (var folder in folders) Directory.Delete(folder, recursive: true);
    }
}
