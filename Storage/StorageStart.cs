using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using VideoGen.Storage.Access;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Files;
using VideoGen.Storage.Installations;
using VideoGen.Storage.Reconciles;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Schema;
using VideoGen.Storage.Webhooks;

namespace VideoGen.Storage;

/// <summary>What has to be true before anything uses the storage.</summary>
public static class StorageStart
{
    /// <summary>
    /// Brings the schema up to date, loads the installation, looks whether the database may have forgotten what was paid, loads the keys, who
    /// has webhooks, and the pauses, and checks the store of videos, in that order. A host calls it once, after it has its <see cref="Hosts.HostLock"/> and before
    /// it starts a grain or a listener. Several may call it together.
    /// </summary>
    /// <exception cref="SchemaException">The database is not this program's.</exception>
    /// <exception cref="InvalidOperationException">The key rules or the store of videos are not this installation's.</exception>
    /// <exception cref="IOException">The store of videos cannot be reached or written.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    /// <param name="services">The host's services.</param>
    /// <param name="isAlone">Whether the host's lock shuts all other hosts of this database out.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task Prepare(IServiceProvider services, bool isAlone, CancellationToken cancellationToken)
    {
        var database = services.GetRequiredService<NpgsqlDataSource>();
        var found = await MarkQuery.Read(database, cancellationToken).ConfigureAwait(false); // Before anything is written.
        await SchemaMigrations.Apply(database, cancellationToken).ConfigureAwait(false);
        var installation = services.GetRequiredService<PostgresInstallation>();
        await installation.Load(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<StartLook>().Look(found with { Installation = installation.Id }, cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<PostgresPreventedPayments>().ForgetOldWriters(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<ClientKeyRing>().Load(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<WebhookRing>().Load(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<PostgresPauses>().Load(cancellationToken).ConfigureAwait(false);
        if (services.GetService<IVideoStore>() is { } videos) await videos.Check(isAlone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The same for a process without grains, which takes everything as the hosts with grains have made it and makes nothing itself. It waits
    /// for a database that does not answer yet, or that those hosts have not prepared yet, and gives up after <paramref name="patience"/>.
    /// </summary>
    /// <exception cref="SchemaException">The schema is not the one that this code knows, still.</exception>
    /// <exception cref="InvalidOperationException">The key rules or the store of videos are not this installation's.</exception>
    /// <exception cref="IOException">The store of videos is not the one that the hosts share, or not there.</exception>
    /// <exception cref="NpgsqlException">The database did not answer in all that time.</exception>
    public static async Task Join(IServiceProvider services, TimeSpan patience, CancellationToken cancellationToken)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await SchemaMigrations.Verify(services.GetRequiredService<NpgsqlDataSource>(), cancellationToken).ConfigureAwait(false);
                await services.GetRequiredService<PostgresInstallation>().Find(cancellationToken).ConfigureAwait(false);
                await services.GetRequiredService<ClientKeyRing>().Load(cancellationToken).ConfigureAwait(false);
                await services.GetRequiredService<WebhookRing>().Load(cancellationToken).ConfigureAwait(false);
                await services.GetRequiredService<PostgresPauses>().Load(cancellationToken).ConfigureAwait(false);
                if (services.GetService<IVideoStore>() is { } videos) await videos.CheckShared(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (MayPass(e) && time.GetElapsedTime(began) < patience)
            {
                await Task.Delay(TryEvery, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static readonly TimeSpan TryEvery = TimeSpan.FromSeconds(1);

    private static bool MayPass(Exception trouble) => trouble is NpgsqlException { IsTransient: true } or SchemaException { MayPass: true } or DirectoryNotFoundException;
}
