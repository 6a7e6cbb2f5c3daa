using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Storage;
using VideoGen.Storage.Processes;

namespace VideoGen.Bench;

/// <summary>The real host in a process of its own, on a folder of its own, with its private PostgreSQL.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    /// <summary>Prompts with it are accepted and then refused by the provider: what is measured is ours, not ffmpeg.</summary>
    public const string RefusedWord = "benchrefused";

    private const long CollectNow = 0x800000; // GCHeapCollectKeyword: who listens to it, asks for a full collection.

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120), CollectPatience = TimeSpan.FromSeconds(60);
    private readonly WatchedProcess process;
    private readonly HttpClient http;

    private BenchHost(WatchedProcess process, int processId, Uri address, TimeSpan startTook)
    {
        this.process = process;
        ProcessId = processId;
        Address = address;
        StartTook = startTook;
        http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
    }

    public Uri Address { get; }

    public int ProcessId { get; }

    /// <summary>From the start of the process until it said that it listens.</summary>
    public TimeSpan StartTook { get; }

    /// <param name="program">The host's.</param>
    /// <param name="folder">Its data.</param>
    /// <param name="settings">More of its options, as environment variables.</param>
    public static async Task<BenchHost> Start(string program, string folder, params (string Name, string Value)[] settings)
    {
        var began = TimeProvider.System.GetTimestamp();
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["VIDEOGEN_DATA"] = folder,
            ["Logging__LogLevel__Default"] = "Warning",
            [$"Providers__Local__FailWords__{RefusedWord}"] = "refused",
        };
        foreach (var (name, value) in settings) environment[name] = value;

        int? processId = null;
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = WatchedProcess.Start("/bin/sh", ["-c", "echo $$; exec dotnet \"$1\"", "videogen", program], new()
        {
            WorkingDirectory = folder,
            Environment = environment,
            OnOutputLine = line =>
            {
                processId ??= int.Parse(line, CultureInfo.InvariantCulture);
                if (line.StartsWith("Orleans.VideoGen listens on ", StringComparison.Ordinal)) listening.TrySetResult(new(line.Split(' ')[3]));
            },
        });
        await Task.WhenAny(listening.Task, host.Exited, Task.Delay(StartPatience, TimeProvider.System));
        if (!listening.Task.IsCompleted)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"The host did not start: {host.Output} {host.Errors}");
        }

        return new(host, processId!.Value, await listening.Task, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>How to connect to the private PostgreSQL of a folder whose host runs.</summary>
    public static Task<string> DatabaseOf(string folder) =>
        PostgresVisit.Run(new() { Directory = Path.Combine(folder, "postgres") }, Task.FromResult, NullLogger.Instance, CancellationToken.None);

    public async Task<Metrics> Metrics() => new(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    /// <summary>What the host holds once all garbage is collected: bytes of its managed heap, and bytes of it in memory.</summary>
    public async Task<(double Heap, double Resident)> Collected()
    {
        var before = (await Metrics()).FullCollections;
        using (new DiagnosticsClient(ProcessId).StartEventPipeSession([new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectNow)], requestRundown: false))
        {
            Metrics after = null!;
            await Until.Holds("a full collection of the host", async () => (after = await Metrics()).FullCollections > before, CollectPatience);
            return (after.Heap, Linux.Resident(ProcessId));
        }
    }

    /// <summary>Kills it; its PostgreSQL is stopped by a watcher.</summary>
    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return process.DisposeAsync();
    }
}
