using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// The four things about files that .NET does not offer: syncing a folder, without which a rename may not survive a power
/// cut; O_APPEND, without which two processes that append to one file overwrite each other; giving a file a name that
/// only one can get (<see cref="File.Move(string, string, bool)"/> looks first and renames then: several win); and asking
/// without an exception whether a file is certainly not there (<see cref="File.Exists"/> also denies one that it may not see).
/// </summary>
internal static class PosixFiles
{
    private const int WriteOnly = 1;
    private const int NotFound = 2;
    private const int AlreadyExists = 17;
    private const int Existence = 0;

    private static int Append => OperatingSystem.IsMacOS() ? 0x8 : 0x400;

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <exception cref="IOException">The folder is gone, or the disk is.</exception>
    public static void SyncFolder(string path)
    {
        var folder = Open(path, CloseOnExec);
        try
        {
            Check(fsync(folder), path);
        }
        finally
        {
            _ = close(folder);
        }
    }

    /// <summary>Gives a file a second name. False: the name is taken.</summary>
    /// <exception cref="IOException">The disk is full or gone, or its file system has no hard links.</exception>
    public static bool TryLink(string path, string name)
    {
        if (link(Terminated(path), Terminated(name)) == 0) return true;
        return Marshal.GetLastPInvokeError() == AlreadyExists ? false : throw Failure(name);
    }

    /// <summary>Whether there is certainly nothing of that name. False where it is there, and where that cannot be said.</summary>
    public static bool IsMissing(string path) => access(Terminated(path), Existence) != 0 && Marshal.GetLastPInvokeError() == NotFound;

    /// <summary>Opens a file that exists so that every write goes to its end, whoever else writes.</summary>
    public static int OpenToAppend(string path) => Open(path, WriteOnly | Append | CloseOnExec);

    /// <summary>One write; answers whether all of it was taken.</summary>
    public static bool Write(int file, byte[] bytes) => write(file, bytes, bytes.Length) == bytes.Length;

    public static void Close(int file) => _ = close(file);

    private static int Open(string path, int flags) => Check(open(Terminated(path), flags), path);

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static int Check(int result, string path) => result >= 0 ? result : throw Failure(path);

    private static IOException Failure(string path) => new($"'{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int link(byte[] path, byte[] name);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int access(byte[] path, int mode);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fsync(int file);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int file);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint write(int file, byte[] bytes, nint count);
}
