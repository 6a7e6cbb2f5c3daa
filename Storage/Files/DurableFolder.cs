using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace VideoGen.Storage.Files;

/// <summary>Makes the names in a folder durable, and gives each to one file only. A file's own fsync saves its bytes, not its name.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;
    private const int AlreadyExists = 17;

    /// <summary>
    /// Gives a file a name that only the first can get: <see cref="File.Move(string, string, bool)"/> looks first and renames then, so several
    /// would win. Where the file system has no second names the last one wins.
    /// </summary>
    /// <returns>False: the name is taken.</returns>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public static bool TryName(string file, string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (link(Encoding.UTF8.GetBytes(file + "\0"), Encoding.UTF8.GetBytes(name + "\0")) == 0) return true;
            if (Marshal.GetLastPInvokeError() == AlreadyExists) return false;
        }

        File.Move(file, name, overwrite: true);
        return true;
    }

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
    private static extern int link(byte[] file, byte[] name);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
