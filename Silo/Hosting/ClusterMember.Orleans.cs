using System.Globalization;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Hosting;

/// <summary>One process of a cluster on this machine. Its lines are printed with its name before them; it never outlives us.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private const string ListensOn = " listens on ";
    private readonly WatchedProcess process;
    private readonly TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? processId;

    /// <param name="name">What it is called in the lines that are printed.</param>
    /// <param name="program">Its assembly, beside ours.</param>
    /// <param name="settings">Arguments of the form <c>--Section:Name=value</c>.</param>
    /// <param name="patience">How long it may take to stop.</param>
    /// <param name="environment">What it is told besides.</param>
    public ClusterMember(string name, string program, string[] settings, TimeSpan patience, Dictionary<string, string?> environment)
    {
        Name = name;
        // A shell that becomes the program: so its process id is known.
        process = WatchedProcess.Start(
            "/bin/sh",
            ["-c", "echo $$; exec dotnet \"$@\"", "videogen", Path.Combine(AppContext.BaseDirectory, program), .. settings],
            new() { Environment = environment, OnOutputLine = Heard, PoliteSignals = ["TERM"], Patience = patience });
    }

    public string Name { get; }

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Exited => process.Exited;

    /// <summary>Its address, once it listens.</summary>
    public Task<string> Listening => listening.Task;

    /// <summary>Its process id, once it listens.</summary>
    public int ProcessId => processId ?? throw new InvalidOperationException("It has not said anything yet.");

    /// <summary>Why it ended, in its own words.</summary>
    public string Errors => process.Errors.Trim();

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    private void Heard(string line)
    {
        if (processId is null)
        {
            processId = int.Parse(line, CultureInfo.InvariantCulture);
            return;
        }

        if (line.IndexOf(ListensOn, StringComparison.Ordinal) is >= 0 and var at && !line.StartsWith('{')) listening.TrySetResult(line[(at + ListensOn.Length)..].Split(' ')[0]);
        // What is to be copied from a greeting stands alone.
        if (line.Length > 0) Console.Out.WriteLine(line.StartsWith(' ') ? line : $"[{Name}] {line}");
    }
}
