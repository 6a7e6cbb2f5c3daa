using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Tests.Media;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage;
using VideoGen.Storage.Files;
using VideoGen.Tests.Conformance;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>The embedded provider with the saver and the store that the host has: real renders, real files.</summary>
public sealed class LocalConformanceTests : VideoProviderConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task With(Func<ProviderUnderTest, Task> test) => With(test, latency: TimeSpan.Zero);

    protected override Task WithLongJobs(Func<ProviderUnderTest, Task> test) => With(test, latency: TimeSpan.FromHours(1));

    private async Task With(Func<ProviderUnderTest, Task> test, TimeSpan latency)
    {
        var words = FailWords.All.Select(word => ($"Providers:Local:FailWords:{word}", word));
        await using var host = await LocalHost.Started(Path.Combine(_folder.Root, "local"), [("Providers:Local:Latency", $"{latency:c}"), .. words]);
        var store = new FileVideoStore(
            new() { Folder = Path.Combine(_folder.Root, "videos"), MinFreeBytes = 0 }, new Installation(), TimeProvider.System, NullLogger<FileVideoStore>.Instance);
        await store.Check(isAlone: true, CancellationToken.None);
        await using var media = new MediaUnderTest(Path.Combine(_folder.Root, "media"), store, host.Videos);
        await test(new Local(host, media.Saver));
    }

    private sealed class Local(LocalHost host, IVideoSaver saver) : ProviderUnderTest(host.Videos, saver, TimeProvider.System, longestJob: TimeSpan.FromSeconds(60))
    {
        public override SubmitOrder Order(string key) => LocalHost.Order(key);

        public override Task<string> Submit(string key, JobEnding ending) => ending switch
        {
            JobEnding.FailedFree => host.Submit(key, FailWords.FailedUncharged),
            JobEnding.FailedCharged => host.Submit(key, FailWords.FailedCharged),
            JobEnding.Rejected => host.Submit(key, FailWords.RejectedUncharged),
            _ => host.Submit(key),
        };
    }

    private sealed class Installation : IInstallation
    {
        public string Id => "conform1";

        public int KeyRules => 1;
    }
}
