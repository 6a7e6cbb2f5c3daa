using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Gateway;
using VideoGen.Gateway.Hosting;
using VideoGen.Gateway.Telemetry;
using VideoGen.Grains;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Silo.Access;
using VideoGen.Silo.Media;
using VideoGen.Silo.Operator;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Silo.Requests;
using VideoGen.Silo.Webhooks;
using VideoGen.Storage;
using VideoGen.Storage.Access;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Settings;

namespace VideoGen.Silo.Hosting;

/// <summary>The host: everything in one process, put together here and nowhere else.</summary>
internal static class VideoGenHost
{
    /// <summary>The exit code of a process that would have answered from its memory: the database was lost, or its cluster had declared it dead.</summary>
    public const int WouldAnswerFromMemory = 3;

    /// <summary>0: stopped as asked. 1: could not start. Else <see cref="WouldAnswerFromMemory"/>.</summary>
    public static async Task<int> Run(string[] args)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            VideoPrompt.EnsureNormalizationWorks();
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            var data = DataFolder.Prepare(
                builder.Configuration,
                ($"{MediaOptions.Section}:{nameof(MediaOptions.Folder)}", "media"),
                ($"{LocalVideosOptions.Section}:{nameof(LocalVideosOptions.Folder)}", "local"));
            builder.Services.AddSettings(SettingsFile.AddTo(builder.Configuration, data), AddOptionsThatMayChange);
            Logs.Configure(builder.Logging);
            builder.Services.AddSingleton(await OperatorKeyFile.Find(builder.Configuration, data, CancellationToken.None).ConfigureAwait(false));

            var (database, connectionString) = await Database.Open(builder.Configuration, data).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                AddServices(builder, data, connectionString);
                var app = builder.Build();
                await using (app.ConfigureAwait(false))
                {
                    return await Serve(app, began).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (StartFailure.Sentence(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence).ConfigureAwait(false);
            return 1;
        }
    }

    private static void AddServices(WebApplicationBuilder builder, string data, string connectionString)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        services.AddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = Shutdown.Patience(configuration));

        // What is started first is stopped last: telemetry hears everything, the counts and the provider outlive the grains, the grains outlive the door.
        services.AddTelemetry(configuration, GrainEngine.Activations);
        services.AddPostgresStorage(GrainEngine.Share(configuration, connectionString), data, GrainEngine.Memory(configuration));
        services.AddStores(configuration);
        services.AddVideoProviders(configuration);
        services.AddOperatorNews(configuration);
        services.AddClientWebhooks(configuration);
        services.AddMedia(configuration);
        services.AddSingleton<MediaSweep>();
        services.AddHostedService(s => s.GetRequiredService<MediaSweep>());
        services.AddVideoGrains();
        services.AddLimits(configuration);
        services.AddClients(configuration);
        services.AddSingleton<HostState>();
        services.AddSingleton<IHostState>(s => s.GetRequiredService<HostState>());
        services.AddSingleton<INonces, SystemNonces>();
        builder.AddGrainEngine(connectionString);
        services.AddSingleton<Sweeper>();
        services.AddHostedService(s => s.GetRequiredService<Sweeper>());
        services.AddOptions<SweepOptions>().BindConfiguration(SweepOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AccountSweeper>();
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService(s => s.GetRequiredService<OrphanSweep>());
        services.AddSingleton<ISweeps, SweepNow>();
        services.AddReadinessChecks();
        services.AddGateway(configuration);
    }

    // Settings that change while the host runs must be right as at its start.
    private static void AddOptionsThatMayChange(IServiceCollection services, IConfiguration configuration) => services
        .AddVideoGrains()
        .AddLimits(configuration)
        .AddClients(configuration)
        .AddCheckedCatalogue(configuration);

    private static async Task<int> Serve(WebApplication app, long began)
    {
        var services = app.Services;
        services.GetRequiredService<IStartupValidator>().Validate(); // The host would do it too, after all of this, and log each with its stack.
        var claim = GrainEngine.Claim(app.Configuration);
        var hostLock = await HostLock.Take(
            services.GetRequiredService<PostgresConnections>(),
            claim,
            new HostLockOptions(),
            TimeProvider.System,
            services.GetRequiredService<ILogger<HostLock>>(),
            CancellationToken.None).ConfigureAwait(false);
        await using (hostLock.ConfigureAwait(false))
        {
            await ServerDurability.Check(services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<ILogger<HostLock>>(), CancellationToken.None).ConfigureAwait(false);
            await GrainEngine.Check(services).ConfigureAwait(false);
            await StorageStart.Prepare(services, isAlone: claim is HostClaim.Alone, CancellationToken.None).ConfigureAwait(false);
            var state = services.GetRequiredService<HostState>();
            using var lost = hostLock.Lost.Register(state.Lose);
            var hasDoor = GrainEngine.HasDoor(app.Configuration);
            if (hasDoor) app.MapGateway();
            else app.MapHealth();
            await app.StartAsync().ConfigureAwait(false);
            Greeting.Print(app, began, hasDoor, GrainEngine.MoreToSay(services));
            await app.WaitForShutdownAsync().ConfigureAwait(false);
            return state.WasLost ? WouldAnswerFromMemory : 0;
        }
    }
}
