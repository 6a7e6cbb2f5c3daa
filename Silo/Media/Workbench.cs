using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace VideoGen.Silo.Media;

/// <summary>
/// Places to work on videos: <c>&lt;folder&gt;/&lt;process&gt;/&lt;save&gt;/</c>. A process holds a lock on its folder for as long as it
/// lives, so what a crash left is told from what another process is working on, at once and without a clock.
/// </summary>
internal sealed partial class Workbench : IDisposable
{
    private const string LockFile = ".lock";

    // A folder and its lock are made within milliseconds: one without a lock, and this old, belongs to a process that died between the two.
    private static readonly TimeSpan _unlockedLeftover = TimeSpan.FromMinutes(10);

    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly ILogger<Workbench> _logger;
    private readonly Lazy<Mine> _mine;

    public Workbench(IOptions<MediaOptions> options, TimeProvider time, ILogger<Workbench> logger)
    {
        _root = Path.GetFullPath(options.Value.Folder);
        _time = time;
        _logger = logger;
        _mine = new(Claim, LazyThreadSafetyMode.PublicationOnly); // So that a disk that fails once does not fail for ever.
    }

    /// <summary>A new empty place; disposing it removes it.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public Workplace Open() => new(MakePrivate(Path.Combine(_mine.Value.Folder, Nonce())));

    /// <summary>Removes what processes that died had been working on.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public void Clear()
    {
        MakePrivate(_root);
        foreach (var other in new DirectoryInfo(_root).EnumerateDirectories())
        {
            try
            {
                if (!IsLeftover(other)) continue;
                other.Delete(recursive: true);
                LogCleared(other.Name);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                LogNotCleared(other.FullName, trouble.Message); // The next sweep tries again.
            }
        }
    }

    public void Dispose()
    {
        if (!_mine.IsValueCreated) return;
        _mine.Value.Lock.Dispose();
        try
        {
            Directory.Delete(_mine.Value.Folder, recursive: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            LogNotCleared(_mine.Value.Folder, trouble.Message);
        }
    }

    private bool IsLeftover(DirectoryInfo folder)
    {
        try
        {
            using var held = new FileStream(Path.Combine(folder.FullName, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return _time.GetUtcNow().UtcDateTime - folder.LastWriteTimeUtc > _unlockedLeftover;
        }
        catch (IOException)
        {
            return false; // Somebody holds it.
        }
    }

    private Mine Claim()
    {
        MakePrivate(_root);
        var folder = MakePrivate(Path.Combine(_root, Nonce()));
        return new(folder, new FileStream(Path.Combine(folder, LockFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    private static string MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    private static string Nonce() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private sealed record Mine(string Folder, FileStream Lock);

    [LoggerMessage(1, LogLevel.Information, "Removed {Name}, which a process that died was working on")]
    private partial void LogCleared(string name);

    [LoggerMessage(2, LogLevel.Warning, "{Path} could not be removed: {Detail}")]
    private partial void LogNotCleared(string path, string detail);
}
