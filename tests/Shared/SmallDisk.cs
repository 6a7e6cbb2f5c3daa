using System.Diagnostics;
using System.Globalization;

namespace VideoGen.Tests;

/// <summary>A real file system of a few megabytes, in memory, for one test: a disk that is really full says so in its own way.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("videogen-disk-").FullName);
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "videogen-test", disk.Folder));
        return disk;
    }

    /// <summary>Takes the room that is left, but for so many bytes.</summary>
    public async Task Fill(long butBytes)
    {
        var free = new DriveInfo(Folder).AvailableFreeSpace - butBytes;
        await File.WriteAllBytesAsync(Filler, new byte[Math.Max(0, free)]);
    }

    public void MakeRoom() => File.Delete(Filler);

    public ValueTask DisposeAsync()
    {
        // Lazily: a child of a host that was killed may have it open for another moment.
        Assert.Equal(0, Run("umount", "-l", Folder));
        Directory.Delete(Folder);
        return ValueTask.CompletedTask;
    }

    internal static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private string Filler => Path.Combine(Folder, "filler");
}

/// <summary>A test that needs a disk of its own; skipped, with the reason, where none can be mounted.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> MayMount = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return false;
        var folder = Directory.CreateTempSubdirectory("videogen-disk-").FullName;
        var mounted = SmallDisk.Run("mount", "-t", "tmpfs", "-o", "size=1m", "videogen-test", folder) == 0;
        if (mounted) SmallDisk.Run("umount", folder);
        Directory.Delete(folder);
        return mounted;
    });

    public SmallDiskFactAttribute()
    {
        if (!MayMount.Value) Skip = "A full disk is a real one here, and this user cannot mount a small one: run it as root, outside of a container that forbids it.";
    }
}
