using System.Diagnostics;
using System.Globalization;

namespace VideoGen.Storage.Processes;

/// <summary>
/// A child process that never outlives the host: a watcher in a session of its own kills it when this object is killed or
/// disposed, and also when the host exits, crashes or is killed. Keep a reference while the child shall live.
/// </summary>
public sealed class WatchedProcess : IAsyncDisposable
{
    /// <summary>After the child's end, how long something it left behind may hold its output open before we stop reading.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly Process _watcher;
    private readonly Stream _pipe;
    private readonly WatchedProcessOptions _options;
    private readonly OutputTail _output;
    private readonly OutputTail _errors;

    private WatchedProcess(Process watcher, WatchedProcessOptions options)
    {
        _watcher = watcher;
        _pipe = watcher.StandardInput.BaseStream;
        _options = options;
        _output = new OutputTail(options.KeptCharacters, options.OnOutputLine);
        _errors = new OutputTail(options.KeptCharacters, onLine: null);
        Exited = WaitAsync();
    }

    /// <summary>
    /// The child's exit code once it has ended and its output is read: 128 + the signal's number when a signal ended it (137: killed),
    /// 127 when there is no such program, 126 when it cannot be executed.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>The end of what the child has written to standard output so far.</summary>
    public string Output => _output.Text;

    /// <summary>The end of what the child has written to standard error so far.</summary>
    public string Errors => _errors.Text;

    /// <summary>Starts a program (found on PATH, or a full path) with its arguments passed as they are, without any quoting.</summary>
    public static WatchedProcess Start(string fileName, IEnumerable<string> arguments, WatchedProcessOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        options ??= new WatchedProcessOptions();
        var patience = (int)Math.Ceiling(options.Patience.TotalSeconds);
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        foreach (var argument in (string[])["/bin/sh", "-c", WatchScript.Text, "videogen-watcher", string.Join(' ', options.PoliteSignals),
            patience.ToString(CultureInfo.InvariantCulture), options.RemoveAfterwards.ElementAtOrDefault(0) ?? "", options.RemoveAfterwards.ElementAtOrDefault(1) ?? "", fileName, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        return new WatchedProcess(Process.Start(start) ?? throw new InvalidOperationException("No process was started."), options);
    }

    /// <summary>Ends the child, at once unless it was started with polite signals. Does nothing when it has ended. Does not wait.</summary>
    public void Kill() => _pipe.Dispose();

    public async ValueTask DisposeAsync()
    {
        Kill();
        await ((Task)Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watcher.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        var reading = Task.WhenAll(ReadAsync(_output, _watcher.StandardOutput), ReadAsync(_errors, _watcher.StandardError));
        await _watcher.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAny(reading, Task.Delay(DrainTime, _options.Clock)).ConfigureAwait(false);
        if (reading.IsFaulted)
        {
            await reading.ConfigureAwait(false);
        }

        return _watcher.ExitCode;
    }

    private async Task ReadAsync(OutputTail tail, StreamReader stream)
    {
        try
        {
            await tail.ReadAsync(stream).ConfigureAwait(false);
        }
        catch
        {
            // Nobody reads any more: the child would block on a full pipe for ever.
            Kill();
            throw;
        }
    }
}
