using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.Catalogue;
using VideoGen.Gateway.Health;
using VideoGen.Gateway.Hosting;
using VideoGen.Gateway.Telemetry;
using VideoGen.Gateway.Videos;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Storage.Access;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Settings;

namespace VideoGen.Gateway;

/// <summary>
/// The door as a process of its own, a client of a cluster: it has no grains, takes no lock and makes nothing in the database. Beside a host
/// with the embedded engine it finds no silo.
/// </summary>
internal static class GatewayHost
{
    /// <summary>How long a start waits for a database that no silo has prepared yet.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>How soon a silo is found that has just started, or started again: one small query each time.</summary>
    private static readonly TimeSpan LookForSilosEvery = TimeSpan.FromSeconds(5);

    /// <summary>0: stopped as asked. 1: could not start, or could not go on looking for its cluster.</summary>
    internal static async Task<int> Main(string[] args)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            VideoPrompt.EnsureNormalizationWorks();
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            var data = DataFolder.Prepare(builder.Configuration);
            builder.Services.AddSettings(SettingsFile.AddTo(builder.Configuration, data), (services, configuration) =>
            {
                services.AddCatalogueOptions(configuration).ValidateOnStart();
                services.AddPlans(configuration);
            });
            Logs.Configure(builder.Logging);
            builder.Services.AddSingleton(await OperatorKeyFile.Find(builder.Configuration, data, CancellationToken.None));
            AddServices(builder, ConfiguredDatabase.ConnectionString(builder.Configuration) ?? throw new InvalidOperationException(
                $"A gateway needs the database of its cluster: set ConnectionStrings:{ConfiguredDatabase.Name} (ConnectionStrings__{ConfiguredDatabase.Name} in the environment) to the one that its silos have."));
            await using var app = builder.Build();
            return await Serve(app, began);
        }
        catch (Exception e) when (StartFailure.Sentence(e) is { } sentence)
        {
            await System.Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    private static void AddServices(WebApplicationBuilder builder, string connectionString)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        var cluster = ClusterNames.Read<ClusterNames>(configuration);
        var (own, library) = PostgresConnections.Shares(connectionString, cluster.MaxConnections);
        services.AddSingleton(TimeProvider.System);

        // What is started first is stopped last.
        services.AddTelemetry(configuration, activations: null);
        services.AddPostgresForDoor(own);
        services.AddStores(configuration);
        services.AddConfiguredClients(configuration);
        foreach (var plan in services.AddPlans(configuration).All) services.AddSingleton(new LiveSettings($"{ClientPlan.Section}:{plan}:{nameof(PlanModels.Models)}"));
        services.AddCatalogueOptions(configuration).ValidateOnStart();
        services.AddSingleton(s => new ModelCatalogue(s.GetRequiredService<IOptions<CatalogueOptions>>().Value, configuration.GetValue<decimal>(ModelCatalogue.LocalPriceKey)));
        services.AddSingleton<IModelCatalogue>(s => s.GetRequiredService<ModelCatalogue>());
        services.AddSingleton(s => new LiveSettings(CatalogueOptions.Section, () => s.GetRequiredService<ModelCatalogue>().Apply(CatalogueSection.Read(configuration))));
        AddClusterClient(builder, cluster, library);
        services.AddSingleton<IReadinessCheck>(s => new ReadinessCheck("database", ct => ConfiguredDatabase.Trouble(s.GetRequiredService<NpgsqlDataSource>(), ct)));
        services.AddSingleton<IReadinessCheck>(s => new ReadinessCheck("store", s.GetRequiredService<IVideoFiles>().Trouble));
        services.AddSingleton<IReadinessCheck>(s => new ReadinessCheck("cluster", s.GetRequiredService<ClusterLink>().Trouble));
        services.AddGateway(configuration);
    }

    private static void AddClusterClient(WebApplicationBuilder builder, ClusterNames cluster, string database)
    {
        var services = builder.Services;
        builder.Logging.AddFilter("Orleans.Messaging.GatewayManager", LogLevel.Error); // It says at each try what UntilStopped says once a minute.
        var before = services.Count;
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = cluster.ClusterId;
                options.ServiceId = cluster.ServiceId;
            });
            client.Configure<Orleans.Configuration.GatewayOptions>(options => options.GatewayListRefreshPeriod = LookForSilosEvery);
            client.UseConnectionRetryFilter<UntilStopped>();
            client.UseAdoNetClustering(options =>
            {
                options.Invariant = ClusterNames.Driver;
                options.ConnectionString = database;
            });
        });
        foreach (var waits in services.Skip(before).Where(s => s.ServiceType == typeof(IHostedService)).ToList()) services.Remove(waits); // ClusterLink starts it.
        services.AddSingleton<GrainContact>();
        services.AddSingleton<ClusterLink>();
        services.AddHostedService(s => s.GetRequiredService<ClusterLink>());
    }

    private static async Task<int> Serve(WebApplication app, long began)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate(); // The host would do it too, after all of this, and log each with its stack.
        await StorageStart.Join(app.Services, StartPatience, CancellationToken.None);
        app.MapGateway();
        await app.StartAsync();
        Greeting.Print(app, began);
        await app.WaitForShutdownAsync();
        return app.Services.GetRequiredService<ClusterLink>().ExecuteTask is { IsFaulted: true } ? 1 : 0; // The log says why it stopped by itself.
    }
}
