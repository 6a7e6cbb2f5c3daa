using Microsoft.Extensions.Options;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Media;

/// <summary>How one run of a tool ended.</summary>
internal abstract record ToolEnd
{
    private ToolEnd() { }

    /// <param name="Output">What it wrote to standard output, if that was not too much.</param>
    public sealed record Done(string Output) : ToolEnd;

    /// <summary>It says that it could not, or crashed over the file.</summary>
    public sealed record Failed(string Detail) : ToolEnd;

    /// <summary>It took longer than it may.</summary>
    public sealed record TimedOut : ToolEnd;

    /// <summary>It is not installed, or cannot be executed.</summary>
    public sealed record Missing(string Detail) : ToolEnd;
}

/// <summary>
/// Runs ffprobe and ffmpeg on files that strangers made. The file lies under a fixed name in a folder of its own, which is the tool's working
/// directory; the format is given, so that no playlist is taken for a video; only the <c>file</c> protocol is open to it; it gets none
/// of our environment, which may hold keys of providers; time, memory and output have limits; and it ends with the host.
/// </summary>
internal sealed class MediaTools(IOptions<MediaOptions> options, TimeProvider time) : IDisposable
{
    private const int NotExecutable = 126, NotThere = 127;

    /// <summary>The largest piece of memory that a tool may ask for, bytes: a frame of 8192 x 8192 pixels fits.</summary>
    private const string LargestAllocation = "402653184";

    private readonly SemaphoreSlim _slots = new(options.Value.ToolsAtOnce);

    /// <summary>What every run on a video begins with, before the options of the tool's input.</summary>
    public static readonly string[] Guarded = ["-hide_banner", "-loglevel", "error", "-max_alloc", LargestAllocation, "-protocol_whitelist", "file", "-f", "mov"];

    public Task<ToolEnd> Ffprobe(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        Run(options.Value.Ffprobe, nameof(MediaOptions.Ffprobe), folder, arguments, cancellationToken);

    public Task<ToolEnd> Ffmpeg(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        Run(options.Value.Ffmpeg, nameof(MediaOptions.Ffmpeg), folder, arguments, cancellationToken);

    /// <exception cref="OperationCanceledException">The token was cancelled; the tool is dead.</exception>
    private async Task<ToolEnd> Run(string program, string option, string folder, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(options.Value.ToolTimeLimit, time);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var running = WatchedProcess.Start(program, arguments, new() { WorkingDirectory = folder, Environment = NothingButPath() });
            await using (running.ConfigureAwait(false))
            {
                int exitCode;
                using (over.Token.Register(running.Kill))
                {
                    exitCode = await running.Exited.ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (limit.IsCancellationRequested) return new ToolEnd.TimedOut();
                return exitCode switch
                {
                    0 => new ToolEnd.Done(running.Output),
                    NotExecutable or NotThere => new ToolEnd.Missing($"'{program}' cannot be executed: apt-get install ffmpeg, or correct {MediaOptions.Section}:{option}."),
                    _ => new ToolEnd.Failed(running.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"It ended with exit code {exitCode}."),
                };
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private static Dictionary<string, string?> NothingButPath() =>
        Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name != "PATH").ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
}
