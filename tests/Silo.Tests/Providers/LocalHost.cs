using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>A folder for one test, removed with it.</summary>
public sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("videogen-local-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>The embedded provider, wired as the host wires it. Not starting it is a host that died before it rendered anything.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private bool _started;

    public LocalHost(string root, params (string Key, string Value)[] settings)
    {
        Root = root;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Providers:Local:Folder", root), new("Providers:Local:RendersAtOnce", "1")])
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        _services = new ServiceCollection().AddLogging().AddSingleton<VideoGen.Reports.VideoGenTelemetry>().AddInputFolder(Path.Combine(root, "inputs")).AddVideoProviders(configuration).BuildServiceProvider(validateScopes: true);
        _services.GetRequiredService<JobFolder>().Prepare();
    }

    public string Root { get; }

    public LocalVideos Videos => _services.GetRequiredService<LocalVideos>();

    public JobFolder Jobs => _services.GetRequiredService<JobFolder>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<LocalHost> Started(string root, params (string Key, string Value)[] settings)
    {
        var host = new LocalHost(root, settings);
        await host.Start();
        return host;
    }

    public async Task Start()
    {
        _started = true;
        foreach (var service in _services.GetServices<IHostedService>()) await service.StartAsync(CancellationToken.None);
    }

    public static SubmitGate Open => new(TimeProvider.System, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1));

    public static SubmitGate Closed => new(TimeProvider.System, TimeProvider.System.GetTimestamp(), TimeSpan.FromTicks(-1));

    public static SubmitOrder Order(string key, string prompt = "A small red boat", string size = "320x180", int seconds = 1) =>
        new(key, prompt, new VideoOptions("local", size, seconds));

    public async Task<string> Submit(string key, string prompt = "A small red boat", string size = "320x180", int seconds = 1) =>
        Assert.IsType<SubmitReply.Accepted>(await Videos.Submit(Order(key, prompt, size, seconds), Open, CancellationToken.None)).JobId;

    public Task<FindReply> Find(string key) =>
        Videos.Find(new(key, "A small red boat", new("local", "320x180", 1), DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow()), CancellationToken.None);

    public Task<CheckReply> Check(string jobId) => Videos.Check(jobId, CancellationToken.None);

    /// <summary>The ending of a job.</summary>
    public Task<CheckReply> End(string jobId) => Eventually.Get($"job {jobId} ends", async () =>
        await Check(jobId) is var reply and not CheckReply.Running ? reply : null);

    public async Task<string> Finished(string key, string prompt = "A small red boat")
    {
        var jobId = await Submit(key, prompt);
        Assert.IsType<CheckReply.Finished>(await End(jobId));
        return jobId;
    }

    public IReadOnlyList<RequestLine> Log() => [.. new RequestLog(Path.Combine(Root, "requests.log")).Read()];

    public int Count(string what, string jobId) => Log().Count(line => line.What == what && line.JobId == jobId);

    /// <summary>The processes whose working directory is the job's folder: its ffmpeg, and whatever that left.</summary>
    public IReadOnlyList<string> ProcessesOf(string jobId) =>
        [.. Directory.EnumerateDirectories("/proc").Where(process => WorkingDirectory(process) == Jobs.PathOf(jobId))];

    private static string? WorkingDirectory(string process)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_started)
        {
            foreach (var service in _services.GetServices<IHostedService>()) await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
