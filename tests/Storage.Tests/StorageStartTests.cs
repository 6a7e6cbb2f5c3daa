using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.States;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

/// <summary>Everything together, as a host wires it, on a database that was empty.</summary>
public sealed class StorageStartTests : IAsyncLifetime
{
    private readonly TestDatabase database = new();
    private readonly string folder = Path.Combine(Path.GetTempPath(), "videogen-start-" + Path.GetRandomFileName());

    public Task InitializeAsync() => database.InitializeAsync();

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_host_prepares_starts_and_stops()
    {
        await using var services = Services();
        await StorageStart.Prepare(services, isAlone: true, CancellationToken.None);
        var hosted = services.GetServices<IHostedService>().ToArray();
        foreach (var service in hosted) await service.StartAsync(CancellationToken.None);

        services.GetRequiredService<IPreventedPayments>().Count(new("bot", "alice"), "fast", PreventedKind.Joined, 4m);
        Assert.Equal(1, (await services.GetRequiredService<IRequestBook>().Stats(null, CancellationToken.None)).DuplicatesPrevented);
        Assert.True(await services.GetRequiredService<IJobBook>().Claim("local", "job", "v-a", 1, 1, CancellationToken.None));
        Assert.Empty(await services.GetRequiredService<WakeBook>().Owed(long.MaxValue, null, 10, CancellationToken.None));
        Assert.Equal(services.GetRequiredService<IInstallation>().Id + "\n", await File.ReadAllTextAsync(Path.Combine(folder, ".store-id")));
        Assert.Empty((await services.GetRequiredService<IReminderTable>().ReadRows(0, 0)).Reminders);
        Assert.NotNull(services.GetRequiredService<IGrainStorage>());
        Assert.Null(await services.GetRequiredService<IVideoFiles>().Trouble(CancellationToken.None));

        services.GetRequiredService<IPreventedPayments>().Count(new("bot", "alice"), "fast", PreventedKind.Joined, 4m);
        foreach (var service in hosted) await service.StopAsync(CancellationToken.None);

        await using var next = Services();
        await StorageStart.Prepare(next, isAlone: true, CancellationToken.None);
        Assert.Equal(services.GetRequiredService<IInstallation>().Id, next.GetRequiredService<IInstallation>().Id);
        Assert.Equal((2, 8m), await next.GetRequiredService<IRequestBook>().Stats(null, CancellationToken.None) is var stats ? (stats.DuplicatesPrevented, stats.UsdPrevented) : default);
    }

    [Fact]
    public async Task Hosts_that_start_together_are_one_installation()
    {
        var hosts = Enumerable.Range(0, 4).Select(_ => Services()).ToArray();
        await Task.WhenAll(hosts.Select(h => StorageStart.Prepare(h, isAlone: false, CancellationToken.None)));

        Assert.Single(hosts.Select(h => h.GetRequiredService<IInstallation>().Id).Distinct());
        foreach (var host in hosts) await host.DisposeAsync();
    }

    private ServiceProvider Services() => new ServiceCollection()
        .AddLogging()
        .AddPostgresStorage(database.ConnectionString, folder)
        .AddPostgresGrainState(new() { AllowOutOfOrderMetadataProperties = true })
        .AddVideoFolder(new ConfigurationBuilder().AddInMemoryCollection([new("Store:Folder", folder), new("Store:MinFreeBytes", "1")]).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
}
