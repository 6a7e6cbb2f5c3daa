namespace VideoGen.Storage;

/// <summary>
/// One host per folder: an flock that the kernel gives back when the host ends, however it ends. Children do not inherit it.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    internal static async Task<FolderLock> Take(ServerFolder folder, TimeSpan patience, TimeProvider clock, Action onWait, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        for (var waits = 0; ; waits++)
        {
            if (TryTake(folder) is { } taken)
            {
                return taken;
            }

            if (waits == 0)
            {
                onWait();
            }

            if (clock.GetElapsedTime(start) > patience)
            {
                throw new PrivatePostgresException(
                    $"Another host is using {folder.Path} (waited {patience.TotalSeconds:0} s for it to stop): stop that one, or give this one another data folder.");
            }

            await Task.Delay(Step, clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock if nobody has it now; null where somebody has.</summary>
    internal static FolderLock? TryTake(ServerFolder folder) => TryOpen(folder.LockFile) is { } file ? new FolderLock(file) : null;

    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
