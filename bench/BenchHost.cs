using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Storage;
using VideoGen.Storage.Processes;

namespace VideoGen.Bench;

/// <summary>The real host in a process of its own, on a folder of its own, with its private PostgreSQL.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    /// <summary>Prompts with it are accepted and then refused by the provider: what is measured is ours, not ffmpeg.</summary>
    public const string RefusedWord = "benchrefused";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly WatchedProcess process;

    private BenchHost(WatchedProcess process, Uri address, TimeSpan startTook)
    {
        this.process = process;
        Address = address;
        StartTook = startTook;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process until it said that it listens.</summary>
    public TimeSpan StartTook { get; }

    public static async Task<BenchHost> Start(string program, string folder)
    {
        var began = TimeProvider.System.GetTimestamp();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = WatchedProcess.Start("dotnet", [program], new()
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string?>
            {
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["VIDEOGEN_DATA"] = folder,
                ["Logging__LogLevel__Default"] = "Warning",
                [$"Providers__Local__FailWords__{RefusedWord}"] = "refused",
            },
            OnOutputLine = line =>
            {
                if (line.StartsWith("Orleans.VideoGen listens on ", StringComparison.Ordinal)) listening.TrySetResult(new(line.Split(' ')[3]));
            },
        });
        await Task.WhenAny(listening.Task, host.Exited).WaitAsync(StartPatience);
        if (!listening.Task.IsCompleted) throw new InvalidOperationException($"The host did not start: {host.Output} {host.Errors}");
        return new(host, await listening.Task, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>How to connect to the private PostgreSQL of a folder whose host runs.</summary>
    public static Task<string> DatabaseOf(string folder) =>
        PostgresVisit.Run(new() { Directory = Path.Combine(folder, "postgres") }, Task.FromResult, NullLogger.Instance, CancellationToken.None);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
