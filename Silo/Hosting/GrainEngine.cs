using Orleans.Storage;
using VideoGen.Engine;
using VideoGen.Grains;
using VideoGen.Grains.Persistence;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Reminders;
using VideoGen.Storage.States;

namespace VideoGen.Silo.Hosting;

/// <summary>The embedded engine under the grains: the one file in which the hosts of the two engines differ.</summary>
internal static class GrainEngine
{
    /// <summary>All grains are in this process alone.</summary>
    public const HostLockMode LockMode = HostLockMode.Alone;

    public static IServiceCollection AddGrainEngine(this IServiceCollection services)
    {
        services.AddSingleton<IGrainStorage>(s => new PostgresGrainStorage(s.GetRequiredService<Npgsql.NpgsqlDataSource>(), StateJson.Options));
        services.AddSingleton<IReminderTable, PostgresReminderTable>();
        return services.AddEmbeddedEngine(engine => engine.AddGrainsFrom(GrainsRegistration.Assembly));
    }
}
