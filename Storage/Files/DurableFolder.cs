using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace VideoGen.Storage.Files;

/// <summary>Makes the names in a folder durable. A file's own fsync saves its bytes, not its name.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The folder is gone, or the disk failed.</exception>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // There a folder cannot be synced, and renames are journaled.

        // .NET opens no folders, so this asks the system itself.
        var descriptor = open(Encoding.UTF8.GetBytes(folder + "\0"), ReadOnly);
        if (descriptor < 0) throw Failure("opened", folder);
        try
        {
            if (fsync(descriptor) != 0) throw Failure("synced to disk", folder);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string what, string folder) =>
        new($"The folder '{folder}' could not be {what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
