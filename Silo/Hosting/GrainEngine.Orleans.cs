using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Storage;
using VideoGen.Grains.Persistence;
using VideoGen.Silo.Dashboard;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Silo.Hosting;

/// <summary>Orleans under the grains: this file and its embedded twin are all in which the hosts of the two engines differ.</summary>
internal static class GrainEngine
{
    /// <summary>Other silos of the cluster are welcome; those of another one, and a host with the embedded engine, are not.</summary>
    public static HostClaim Claim(IConfiguration configuration)
    {
        var cluster = Cluster(configuration);
        return new HostClaim.Silo(cluster.ClusterId, cluster.ServiceId);
    }

    /// <summary>This silo's part of the server's connections, less what Orleans's providers get of it.</summary>
    /// <returns>How our own storage connects.</returns>
    public static string Share(IConfiguration configuration, string connectionString) =>
        PostgresConnections.Shares(connectionString, Cluster(configuration).MaxConnections).Own;

    /// <summary>What this silo's memory of the database is called in the data folder, which others of its machine may share.</summary>
    public static string Memory(IConfiguration configuration) => DatabaseMemory.NameFor(Cluster(configuration).SiloPort);

    /// <summary>What has to be true of the database once this process has its lock.</summary>
    public static Task Check(IServiceProvider services) => ServerCapacity.Check(
        services.GetRequiredService<NpgsqlDataSource>(), Cluster(services.GetRequiredService<IConfiguration>()).MaxConnections, CancellationToken.None);

    /// <summary>As the embedded engine has it: how long an activation that nobody uses is kept, and how often they are looked for.</summary>
    private static readonly TimeSpan CollectionAge = TimeSpan.FromMinutes(2), CollectionQuantum = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SaysItIsAlive = TimeSpan.FromSeconds(10), LooksAtTheList = TimeSpan.FromSeconds(5);

    /// <summary>How many grains are in the memory of this process, Orleans's own few among them.</summary>
    public static int Activations(IServiceProvider services)
    {
        var count = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, its) =>
        {
            if (instrument.Name == "orleans-catalog-activations") its.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => count = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return count;
    }

    /// <summary>Whether clients may ask this host itself, or gateways alone do.</summary>
    public static bool HasDoor(IConfiguration configuration) => Cluster(configuration).Door;

    /// <summary>What the operator is told at the start, of the engine alone.</summary>
    public static string? MoreToSay(IServiceProvider services) => services.GetRequiredService<DashboardListener>().Line;

    /// <param name="builder">The host, with everything added that outlives its grains.</param>
    /// <param name="connectionString">The database of documents, reminders and the list of silos.</param>
    public static void AddGrainEngine(this WebApplicationBuilder builder, string connectionString)
    {
        var cluster = Cluster(builder.Configuration);
        var database = PostgresConnections.Shares(connectionString, cluster.MaxConnections).Library;
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = cluster.ClusterId;
                options.ServiceId = cluster.ServiceId;
            });
            silo.ConfigureEndpoints(IPAddress.Parse(cluster.AdvertisedAddress), cluster.SiloPort, cluster.GatewayPort);
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.CollectionAge = CollectionAge;
                options.CollectionQuantum = CollectionQuantum;
            });
            // A silo that has not said for three times so long that it is alive keeps no other from starting.
            // One that stood still has missed a look at the list, and looks at once: for up to a minute more it would not know that it is dead.
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.IAmAliveTablePublishTimeout = SaysItIsAlive;
                options.TableRefreshTimeout = LooksAtTheList;
            });
            silo.Services.AddSingleton<IFatalErrorHandler, SiloDeath>();
            silo.UseAdoNetClustering(options =>
            {
                options.Invariant = ClusterNames.Driver;
                options.ConnectionString = database;
            });
            silo.UseAdoNetReminderService(options =>
            {
                options.Invariant = ClusterNames.Driver;
                options.ConnectionString = database;
            });
            silo.AddAdoNetGrainStorageAsDefault(options =>
            {
                options.Invariant = ClusterNames.Driver;
                options.ConnectionString = database;
                options.GrainStorageSerializer = new Documents(); // Orleans's own would write the names of our assemblies into them.
            });
            silo.AddDashboard(DashboardListener.Hide); // In every silo, whichever of them shows it: it asks them all.
        });
        builder.Services.AddDashboardListener();
    }

    private static ClusterSettings Cluster(IConfiguration configuration) => ClusterNames.Read<ClusterSettings>(configuration);

    /// <summary>Documents as the embedded engine writes them, so that a database moves from one to the other.</summary>
    private sealed class Documents : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T input) => new(JsonSerializer.SerializeToUtf8Bytes(input, StateJson.Options));

        public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input, StateJson.Options)!;
    }
}
