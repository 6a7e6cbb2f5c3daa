using System.Globalization;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>Whether a disk has room: asked before something is written, and recognized when it turns out while writing.</summary>
public static class FreeSpace
{
    // The system's numbers for "no space left on device" and "disk quota exceeded"; on Windows its own for a full disk.
    private const int NoSpace = 28, QuotaExceeded = 122, WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The bytes that this process may still write below a folder.</summary>
    /// <exception cref="IOException">The folder is gone.</exception>
    public static long In(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <exception cref="StoreFullException">With these bytes written, less than the reserve would be left.</exception>
    /// <exception cref="IOException">The folder is gone.</exception>
    public static void Ensure(string folder, long bytes, long reserve)
    {
        var free = In(folder);
        if (free - bytes < reserve) throw new StoreFullException(Sentence(folder, free, reserve));
    }

    /// <summary>Whether this is how the system says that a disk is full.</summary>
    public static bool IsFull(IOException exception) =>
        exception is StoreFullException || exception.HResult is NoSpace or QuotaExceeded or WindowsDiskFull;

    internal static string Sentence(string folder, long free, long wanted) => string.Create(CultureInfo.InvariantCulture,
        $"The folder '{folder}' has {free >> 20} MiB free, less than {wanted >> 20} MiB. Free space or name a larger disk; nothing is lost meanwhile.");
}
