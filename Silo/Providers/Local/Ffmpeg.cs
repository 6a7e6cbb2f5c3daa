using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Providers.Local;

/// <summary>How one run of ffmpeg ended.</summary>
/// <param name="ExitCode">0 when the video is complete.</param>
/// <param name="LastError">The last line it wrote to standard error.</param>
internal sealed record RenderExit(int ExitCode, string LastError);

/// <summary>
/// Renders one job in its folder. Whatever a user wrote is in a file of that folder, and that folder is ffmpeg's working
/// directory: no argument, filter or shell ever sees a prompt or a path made from one.
/// </summary>
internal static class Ffmpeg
{
    private const int FramesPerSecond = 24;
    private const string CaptionFile = "caption.txt";
    private const string FontFile = "font.ttf";
    private const string ProgressKey = "out_time_us=";

    /// <summary>Renders to <paramref name="output"/>, a name in the job's folder. A cancelled token kills ffmpeg, and this throws once it is dead.</summary>
    /// <param name="percent">Called with 0 to 99 as it goes on.</param>
    public static async Task<RenderExit> Render(
        string ffmpeg, string font, string folder, LocalJob job, string prompt, string output, Action<int> percent, CancellationToken cancellationToken)
    {
        if (!VideoSize.TryParse(job.Size, out var size)) throw new ArgumentException("The job's size was not checked.", nameof(job));
        var caption = Caption.Fit(prompt, size);
        await File.WriteAllTextAsync(Path.Combine(folder, CaptionFile), caption.Text, cancellationToken).ConfigureAwait(false);
        Link(Path.Combine(folder, FontFile), font);
        cancellationToken.ThrowIfCancellationRequested();

        var running = WatchedProcess.Start(ffmpeg, Arguments(size, job.Seconds, caption.FontPixels, Colour(job.JobId), output), new WatchedProcessOptions
        {
            WorkingDirectory = folder,
            OnOutputLine = line => Report(line, job.Seconds, percent),
        });
        await using (running.ConfigureAwait(false))
        {
            int exitCode;
            using (cancellationToken.Register(running.Kill))
            {
                exitCode = await running.Exited.ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return new(exitCode, running.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "");
        }
    }

    internal static string[] Arguments(VideoSize size, int seconds, int fontPixels, string colour, string output) =>
    [
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1",
        "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"color=c={colour}:s={size}:r={FramesPerSecond}:d={seconds}"),
        "-vf", string.Create(CultureInfo.InvariantCulture,
            $"drawtext=fontfile={FontFile}:textfile={CaptionFile}:expansion=none:fontcolor=white:fontsize={fontPixels}:line_spacing={fontPixels / 5}:x=(w-text_w)/2:y=(h-text_h)/2"),
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-threads", "2", "-movflags", "+faststart",
        "-f", "mp4", "-y", output,
    ];

    // Dark enough for white letters, and different from job to job so that two videos are told apart at a glance.
    private static string Colour(string jobId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(jobId));
        return string.Create(CultureInfo.InvariantCulture, $"0x{hash[0] / 2:x2}{hash[1] / 2:x2}{hash[2] / 2:x2}");
    }

    private static void Link(string link, string font)
    {
        File.Delete(link);
        File.CreateSymbolicLink(link, font);
    }

    private static void Report(string line, int seconds, Action<int> percent)
    {
        if (line.StartsWith(ProgressKey, StringComparison.Ordinal) && long.TryParse(line.AsSpan(ProgressKey.Length), CultureInfo.InvariantCulture, out var microseconds))
        {
            percent((int)Math.Clamp(microseconds / (seconds * 10_000L), 0, 99));
        }
    }
}
