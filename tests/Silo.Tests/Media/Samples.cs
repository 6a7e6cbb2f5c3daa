using System.Collections.Concurrent;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Media;

/// <summary>Real files, made once.</summary>
internal static class Samples
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<byte[]>>> Made = new(StringComparer.Ordinal);

    /// <summary>320x180 pixels, 1 second.</summary>
    public static Task<byte[]> Video => Make("testsrc=size=320x180:rate=24:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart");

    /// <summary>1280x720 pixels, 2 seconds, with its index at the end and without anything but key frames.</summary>
    public static Task<byte[]> LargeVideo => Make("testsrc=size=1280x720:rate=24:duration=2", "-c:v", "libx264", "-g", "1", "-preset", "ultrafast", "-pix_fmt", "yuv420p");

    /// <summary>An MP4 with sound alone.</summary>
    public static Task<byte[]> Sound => Make("sine=duration=1", "-c:a", "aac");

    private static Task<byte[]> Make(string source, params string[] codec) => Made.GetOrAdd(source, _ => new(async () =>
    {
        var path = Path.Combine(Path.GetTempPath(), "videogen-sample-" + Path.GetRandomFileName() + ".mp4");
        await using (var ffmpeg = WatchedProcess.Start("ffmpeg", ["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source, .. codec, path]))
        {
            Assert.True(await ffmpeg.Exited == 0, ffmpeg.Errors);
        }

        var bytes = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        return bytes;
    })).Value;
}
