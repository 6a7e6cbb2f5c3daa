using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Access;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Installations;
using VideoGen.Storage.Reconciles;
using VideoGen.Storage.Reminders;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Requests;
using VideoGen.Storage.States;
using VideoGen.Storage.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Storage;

/// <summary>What a host says to store in PostgreSQL. After building it, and before starting it, comes <see cref="StorageStart.Prepare"/>.</summary>
public static class PostgresServices
{
    /// <summary>Adds the ports that are kept in PostgreSQL, the flusher of counts and the readers of keys and pauses. Opens no connection.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="connectionString">How to connect.</param>
    /// <param name="dataFolder">Where the host remembers what it must not believe the database about.</param>
    /// <param name="memory">The name of that file: of its own for each host that shares the folder.</param>
    /// <exception cref="ArgumentException">The text is not a connection string of Npgsql.</exception>
    public static IServiceCollection AddPostgresStorage(this IServiceCollection services, string connectionString, string dataFolder, string memory = DatabaseMemory.Name)
    {
        services.AddPostgresForDoor(connectionString);
        services.AddSingleton(s => new DatabaseMemory(dataFolder, memory, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<DatabaseMemory>>()));
        services.AddSingleton(s => new StartLook(
            new(s.GetRequiredService<NpgsqlDataSource>()), s.GetRequiredService<DatabaseMemory>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<StartLook>>()));
        services.AddSingleton<IJobBook, PostgresJobBook>();
        services.AddSingleton<IMoneyLedger, PostgresMoneyLedger>();
        services.AddSingleton<IWebhookBook, PostgresWebhooks>();
        services.AddSingleton<PostgresPreventedPayments>();
        services.AddSingleton<IPreventedPayments>(s => s.GetRequiredService<PostgresPreventedPayments>());
        services.AddHostedService(s => s.GetRequiredService<PostgresPreventedPayments>());
        services.AddSingleton<WakeBook>();
        services.AddSingleton<SweepBook>();
        return services;
    }

    /// <summary>Adds what the door needs of it: the installation, lists and counts, and the readers of keys and pauses. Before starting comes <see cref="StorageStart.Join"/>.</summary>
    /// <exception cref="ArgumentException">The text is not a connection string of Npgsql.</exception>
    public static IServiceCollection AddPostgresForDoor(this IServiceCollection services, string connectionString)
    {
        var connections = new PostgresConnections(connectionString);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => connections); // By a factory, so that the container disposes it.
        services.AddSingleton<NpgsqlDataSource>(s => s.GetRequiredService<PostgresConnections>().Pool);
        services.AddSingleton<PostgresInstallation>();
        services.AddSingleton<IInstallation>(s => s.GetRequiredService<PostgresInstallation>());
        services.AddSingleton<IRequestBook, PostgresRequestBook>();
        services.AddSingleton<IUserBook, PostgresUserBook>();
        services.AddSingleton<ICostBook, PostgresCostBook>();
        services.AddSingleton<IDeadLetterBook, PostgresDeadLetterBook>();
        services.AddSingleton<ILiveBook, PostgresLiveBook>();
        services.AddSingleton<IVideoSearch, PostgresVideoSearch>();
        services.AddSingleton<IOverviewBook, PostgresOverviewBook>();
        services.AddOptions<ClientsOptions>();
        services.AddSingleton<PostgresClientKeys>();
        services.AddSingleton<IClientBook, ClientBook>();
        services.AddSingleton<ClientKeyRing>();
        services.AddSingleton<IClientKeys>(s => s.GetRequiredService<ClientKeyRing>());
        services.AddHostedService(s => s.GetRequiredService<ClientKeyRing>());
        services.AddSingleton<WebhookRing>();
        services.AddSingleton<IWebhookClients>(s => s.GetRequiredService<WebhookRing>());
        services.AddHostedService(s => s.GetRequiredService<WebhookRing>());
        services.AddSingleton<IReconciles, PostgresReconciles>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<PostgresPauses>();
        services.AddSingleton<IPauses>(s => s.GetRequiredService<PostgresPauses>());
        services.AddHostedService(s => s.GetRequiredService<PostgresPauses>());
        return services;
    }

    /// <summary>
    /// Adds grain state and reminders in PostgreSQL: for the embedded engine, after <see cref="AddPostgresStorage"/>.
    /// A cluster of silos has Orleans's own providers over the same schema instead.
    /// </summary>
    /// <param name="documents">How grains' documents are written; with <see cref="JsonSerializerOptions.AllowOutOfOrderMetadataProperties"/>.</param>
    public static IServiceCollection AddPostgresGrainState(this IServiceCollection services, JsonSerializerOptions documents)
    {
        services.AddSingleton<IGrainStorage>(s => new PostgresGrainStorage(s.GetRequiredService<NpgsqlDataSource>(), documents));
        services.AddSingleton<IReminderTable, PostgresReminderTable>();
        return services;
    }
}
