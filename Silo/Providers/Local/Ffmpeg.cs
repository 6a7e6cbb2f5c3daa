using System.Globalization;
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
    private const int MaxPixels = 40_000_000;
    private const int SamplesPerSecond = 48_000;
    private const string ProgressKey = "out_time_us=";

    // A gradient is as smooth when it is drawn small and made larger, and takes a quarter of the time.
    private const int GradientShrink = 8;

    /// <summary>Renders to <paramref name="output"/>, a name in the job's folder. A cancelled token kills ffmpeg, and this throws once it is dead.</summary>
    /// <param name="look">The prompt whose <see cref="Motif"/> it has.</param>
    /// <param name="percent">Called with 0 to 99 as it goes on.</param>
    public static async Task<RenderExit> Render(
        string ffmpeg, Fonts fonts, string folder, LocalJob job, string prompt, string look, string output, Action<int> percent, CancellationToken cancellationToken)
    {
        if (!VideoSize.TryParse(job.Size, out var size)) throw new ArgumentException("The job's size was not checked.", nameof(job));
        var captionFile = Path.ChangeExtension(output, ".ass");
        await File.WriteAllTextAsync(Path.Combine(folder, captionFile), CaptionFile.Of(Caption.Fit(prompt, size), size, fonts), cancellationToken).ConfigureAwait(false);

        return await Run(ffmpeg, Arguments(size, job.Seconds, Motif.Of(look), captionFile, output, job.InputType), folder, line => Report(line, job.Seconds, percent), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the picture that guides a job is one.</summary>
    public static async Task<bool> CanRead(string ffmpeg, string folder, string inputType, CancellationToken cancellationToken) =>
        await Run(ffmpeg, ["-hide_banner", "-nostdin", "-loglevel", "error", "-xerror", .. Picture(inputType), "-frames:v", "1", "-f", "null", "-"], folder, _ => { }, cancellationToken)
            .ConfigureAwait(false) is { ExitCode: 0 };

    private static async Task<RenderExit> Run(string ffmpeg, string[] arguments, string folder, Action<string> line, CancellationToken cancellationToken)
    {
        var running = WatchedProcess.Start(ffmpeg, arguments, new WatchedProcessOptions { WorkingDirectory = folder, OnOutputLine = line });
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

    internal static string[] Arguments(VideoSize size, int seconds, Motif motif, string captionFile, string output, string? inputType = null) =>
    [
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1",
        "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture,
            $"gradients=s={Shrunk(size.Width)}x{Shrunk(size.Height)}:r={FramesPerSecond}:d={seconds}:n={motif.Colours.Count}:{Colours(motif)}:type={motif.Shape}:seed={motif.Seed}:speed={motif.Speed},format=yuv420p"),
        "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture,
            $"sine=frequency={motif.Hertz}:beep_factor=2:sample_rate={SamplesPerSecond}:duration={seconds},volume=0.3"),
        .. inputType is null ? [] : Picture(inputType),
        "-filter_complex", $"[0:v]scale={size.Width}:{size.Height}:flags=bilinear{(inputType is null ? "" : Over(size))},ass=filename={captionFile}:shaping=complex[v]",
        "-map", "[v]", "-map", "1:a", "-t", seconds.ToString(CultureInfo.InvariantCulture),
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-threads", "2",
        "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "mp4", "-y", output,
    ];

    // A stranger's file: read as what its first bytes say and as nothing else, from this folder only, and not if it unpacks to gigabytes.
    private static string[] Picture(string inputType) =>
        ["-protocol_whitelist", "file", "-max_pixels", MaxPixels.ToString(CultureInfo.InvariantCulture), "-f", Demuxer(inputType), "-i", JobFolder.InputFile];

    private static string Demuxer(string inputType) => inputType switch
    {
        "image/png" => "png_pipe",
        "image/jpeg" => "jpeg_pipe",
        "image/webp" => "webp_pipe",
        _ => throw new ArgumentOutOfRangeException(nameof(inputType), inputType, null),
    };

    // The gradient moves over the picture, which fills the frame.
    private static string Over(VideoSize size) => string.Create(CultureInfo.InvariantCulture,
        $"[g];[2:v]scale={size.Width}:{size.Height}:force_original_aspect_ratio=increase,crop={size.Width}:{size.Height},setsar=1,format=yuv420p,loop=-1:1:0,setpts=N/({FramesPerSecond}*TB)[p];[g][p]blend=all_mode=normal:all_opacity=0.35:shortest=1");

    // The filter takes no picture of fewer than a few pixels.
    private static int Shrunk(int side) => Math.Max(16, side / GradientShrink);

    private static string Colours(Motif motif) => string.Join(':', motif.Colours.Select((colour, number) => $"c{number}=0x{colour}"));

    private static void Report(string line, int seconds, Action<int> percent)
    {
        if (line.StartsWith(ProgressKey, StringComparison.Ordinal) && long.TryParse(line.AsSpan(ProgressKey.Length), CultureInfo.InvariantCulture, out var microseconds))
        {
            percent((int)Math.Clamp(microseconds / (seconds * 10_000L), 0, 99));
        }
    }
}
