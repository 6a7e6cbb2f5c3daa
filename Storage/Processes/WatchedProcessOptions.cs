namespace VideoGen.Storage.Processes;

/// <summary>How a <see cref="WatchedProcess"/> is started, listened to and stopped.</summary>
public sealed class WatchedProcessOptions
{
    /// <summary>The child's working directory; the host's own when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the host's environment for this child: a value sets a variable, null removes it.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Called with each line of standard output as it comes, in order and never concurrently, before <see cref="WatchedProcess.Exited"/>
    /// completes. What it throws faults <see cref="WatchedProcess.Exited"/> and kills the child.
    /// </summary>
    public Action<string>? OnOutputLine { get; init; }

    /// <summary>How many characters of the end of each output stream are kept for error messages.</summary>
    public int KeptCharacters { get; init; } = 16 * 1024;

    /// <summary>Signals to try, in turn, before the kill when the child is to end or the host is gone. None: killed at once.</summary>
    public IReadOnlyList<string> PoliteSignals { get; init; } = [];

    /// <summary>How long each of <see cref="PoliteSignals"/> may take; whole seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Folders, at most two, that the watcher removes once the child has ended, however the host ended.</summary>
    internal IReadOnlyList<string> RemoveAfterwards { get; init; } = [];

    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
