using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using VideoGen.Silo.Media;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Processes;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>A finished video on its way into our store: the real process is killed at each step, and the disk is really full.</summary>
public sealed class MediaHostTests : OnHostFolder
{
    private const string Probe = "probe", Thumbnail = "thumbnail", Spritesheet = "spritesheet", Index = "index";

    /// <summary>Once; ten times with <c>./test --long</c>.</summary>
    public static TheoryData<int> Times => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? 10 : 1)];

    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_host_that_is_killed_at_any_step_of_a_save_loses_nothing_leaves_nothing_and_pays_once(int _)
    {
        // After the copy, before it is in the store.
        string id = "";
        await KilledAt(Probe, async host => id = await host.Accepted("a video that is worth saving"));
        Assert.Empty(Stored());
        var job = Assert.Single(Directory.GetDirectories(Path.Combine(Folder, "local", "jobs")));
        var (original, kept) = (Path.Combine(job, "video.mp4"), Path.Combine(Folder, "kept.mp4"));
        var video = await File.ReadAllBytesAsync(original);

        // Before the copy, and in the middle of it: the provider's file becomes a pipe that the test feeds.
        File.Move(original, kept);
        Pipe(original);
        await KilledWhileReading(original, kept, bytes: 0);
        Assert.Empty(Stored());
        await KilledWhileReading(original, kept, bytes: video.Length / 2);
        Assert.Empty(Stored());
        // While its index is put in front: from here on the provider's file has it at its end.
        File.Delete(original);
        await SlowToStart(kept, original);
        await KilledAt(Index);
        Assert.Empty(Stored());
        Assert.True(Mp4.Look(original).IndexIsLast);

        // In the store, and the document does not know it yet: in the middle of each picture.
        await KilledAt(Thumbnail);
        Assert.Equal([".mp4"], Stored());
        await KilledAt(Spritesheet);
        Assert.Equal([".mp4", ".thumbnail.webp"], Stored());
        var madeAt = File.GetLastWriteTimeUtc(StoredPaths().Single(p => p.EndsWith(".thumbnail.webp", StringComparison.Ordinal)));

        // In the middle of discarding the provider's copy: what it reads first becomes a pipe while the last picture is made.
        await KilledWhileDiscarding(Path.Combine(job, "job.json"));
        Assert.Equal([".mp4", ".spritesheet.webp", ".thumbnail.webp"], Stored());

        await using var host = await Start();
        var ended = await host.Ended(id);
        Assert.Equal(("completed", "yes"), (ended.GetProperty("status").GetString(), ended.GetProperty("charged").GetString()));
        await Eventually.Holds("the provider's copy is discarded", () => !File.Exists(original));
        Assert.Single(host.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        Assert.Equal([".mp4", ".spritesheet.webp", ".thumbnail.webp"], Stored());
        Assert.Equal(madeAt, File.GetLastWriteTimeUtc(StoredPaths().Single(p => p.EndsWith(".thumbnail.webp", StringComparison.Ordinal)))); // Not made again.
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Folder, "videos", ".partial")));
        Assert.Empty(Works().Where(file => Path.GetFileName(file) != ".lock"));
        Assert.InRange(Works().Count, 0, 1); // This process's own; those of the dead are gone.

        // Pictures and sound as they were made, and the index first: so it was before this test moved it.
        var downloaded = Path.Combine(Folder, "downloaded.mp4");
        await File.WriteAllBytesAsync(downloaded, await Download(host, id, "video", "video/mp4"));
        Assert.Equal(new Mp4Look(null), Mp4.Look(downloaded));
        Assert.Equal(await Packets(kept), await Packets(downloaded));
        Assert.StartsWith("RIFF", System.Text.Encoding.ASCII.GetString(await Download(host, id, Thumbnail, "image/webp")), StringComparison.Ordinal);
        Assert.StartsWith("RIFF", System.Text.Encoding.ASCII.GetString(await Download(host, id, Spritesheet, "image/webp")), StringComparison.Ordinal);
        Assert.Equal(0, await host.Stop());
    }

    [SmallDiskFact]
    public async Task A_full_store_is_said_everywhere_and_the_video_is_saved_when_there_is_room()
    {
        await using var disk = SmallDisk.Mount(megabytes: 4);
        await disk.Fill(butBytes: 0);
        disk.MakeRoom();
        await using var host = await RunningHost.Start(
            Folder, ("Store__Folder", Path.Combine(disk.Folder, "videos")), ("Store__MinFreeBytes", "2000000"), ("Store__ReserveBytes", "0"));
        Assert.Equal(HttpStatusCode.OK, (await Ready(host)).Status);
        await disk.Fill(butBytes: 4096);

        var id = await host.Accepted("a video for which there is no room");
        var waiting = await Eventually.Get("the video says that it waits for room", async () =>
            (await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{id}")) is var seen && seen.TryGetProperty("waiting", out var why) ? why.GetString() : null);
        Assert.Contains("our store is full", waiting, StringComparison.Ordinal);
        var (status, text) = await Ready(host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("Free space or name a larger disk", text, StringComparison.Ordinal);

        disk.MakeRoom();
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Ready(host)).Status);
        Assert.Single(host.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        Assert.Equal(0, await host.Stop());
    }

    private async Task KilledAt(string step, Func<RunningHost, Task>? first = null)
    {
        Gate(step);
        await using var host = await Start();
        if (first is not null) await first(host);
        await Eventually.Holds($"a tool has come to the {step}", () => File.Exists(Reached(step)));
        await host.Kill();
        await NothingIsLeft();
        File.Delete(Reached(step));
        File.Delete(GateOf(step));
    }

    private async Task KilledWhileReading(string pipe, string video, int bytes)
    {
        await using (var host = await Start())
        {
            await using var feeding = await Feeding(pipe, video, bytes);
            await Eventually.Holds($"{bytes} bytes are copied", () => bytes == 0 || Works().Any(file => new FileInfo(file).Length == bytes));
            await host.Kill();
        }

        await NothingIsLeft();
    }

    private async Task KilledWhileDiscarding(string ordered)
    {
        Gate(Spritesheet);
        await using (var host = await Start())
        {
            await Eventually.Holds("a tool has come to the sprite sheet", () => File.Exists(Reached(Spritesheet)));
            File.Move(ordered, ordered + ".kept");
            Pipe(ordered);
            await File.WriteAllTextAsync(GateOf(Spritesheet), "go on\n");
            await using var feeding = await Feeding(ordered, ordered + ".kept", bytes: 0);
            await host.Kill();
        }

        await NothingIsLeft();
        File.Move(ordered + ".kept", ordered, overwrite: true);
        File.Delete(Reached(Spritesheet));
        File.Delete(GateOf(Spritesheet));
    }

    /// <summary>Writes a video anew, with its index at its end.</summary>
    private static async Task SlowToStart(string video, string slow)
    {
        await using var ffmpeg = WatchedProcess.Start("ffmpeg", ["-nostdin", "-loglevel", "error", "-i", video, "-map", "0", "-c", "copy", "-y", slow]);
        Assert.True(await ffmpeg.Exited == 0, ffmpeg.Errors);
    }

    /// <summary>A checksum of each stream's packets.</summary>
    private static async Task<string> Packets(string video)
    {
        await using var ffmpeg = WatchedProcess.Start("ffmpeg", ["-nostdin", "-loglevel", "error", "-i", video, "-map", "0", "-c", "copy", "-f", "streamhash", "-"]);
        Assert.True(await ffmpeg.Exited == 0, ffmpeg.Errors);
        return ffmpeg.Output;
    }

    /// <summary>Returns when the host has opened the pipe, and then feeds it so many bytes and no end.</summary>
    private static async Task<WatchedProcess> Feeding(string pipe, string file, int bytes)
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var feeding = WatchedProcess.Start(
            "/bin/sh", ["-c", "exec 3>\"$1\"; echo opened; head -c \"$3\" \"$2\" >&3; exec sleep 1000", "feed", pipe, file, bytes.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            new() { OnOutputLine = _ => opened.TrySetResult() });
        await opened.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return feeding;
    }

    private Task<RunningHost> Start()
    {
        foreach (var program in (string[])["ffmpeg", "ffprobe"])
        {
            // Says what it has come to, and waits at a gate that is closed.
            var tool = Path.Combine(Folder, program + ".sh");
            File.WriteAllText(tool, $"""
                #!/bin/sh
                step={Probe}
                for argument in "$@"; do
                  case $argument in {Thumbnail}.webp | {Spritesheet}.webp) step=$(basename "$argument" .webp) ;; {Faststart.MovedFile}) step={Index} ;; esac
                done
                if [ -p "{Folder}/$step.gate" ]; then : >"{Folder}/$step.reached"; read -r go <"{Folder}/$step.gate"; fi
                exec {program} "$@"
                """);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return RunningHost.Start(Folder, ("Media__Ffmpeg", Path.Combine(Folder, "ffmpeg.sh")), ("Media__Ffprobe", Path.Combine(Folder, "ffprobe.sh")));
    }

    private static async Task<(HttpStatusCode Status, string Text)> Ready(RunningHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<byte[]> Download(RunningHost host, string id, string variant, string type)
    {
        using var answer = await host.Http.GetAsync(new Uri($"/v1/videos/{id}/content?variant={variant}", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"", answer.Headers.ETag?.Tag);
        return bytes;
    }

    private void Gate(string step) => Pipe(GateOf(step));

    private string GateOf(string step) => Path.Combine(Folder, step + ".gate");

    private string Reached(string step) => Path.Combine(Folder, step + ".reached");

    private static void Pipe(string path) => Assert.Equal(0, SmallDisk.Run("mkfifo", path));

    private List<string> StoredPaths() =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "videos"), "v-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>The endings of the files in the store.</summary>
    private List<string> Stored() => [.. StoredPaths().Select(Path.GetFileName).Select(name => name![name!.IndexOf('.', StringComparison.Ordinal)..])];

    private List<string> Works() =>
        Directory.Exists(Path.Combine(Folder, "media")) ? [.. Directory.EnumerateFiles(Path.Combine(Folder, "media"), "*", SearchOption.AllDirectories)] : [];
}
