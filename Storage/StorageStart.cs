using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using VideoGen.Storage.Access;
using VideoGen.Storage.Files;
using VideoGen.Storage.Installations;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Schema;

namespace VideoGen.Storage;

/// <summary>What has to be true before anything uses the storage.</summary>
public static class StorageStart
{
    /// <summary>
    /// Brings the schema up to date, loads the installation and the keys, and checks the video folder, in that order. A host calls it once,
    /// after it has its <see cref="Hosts.HostLock"/> and before it starts a grain or a listener. Several may call it together.
    /// </summary>
    /// <exception cref="SchemaException">The database is not this program's.</exception>
    /// <exception cref="InvalidOperationException">The key rules or the video folder are not this installation's.</exception>
    /// <exception cref="IOException">The video folder cannot be written.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    /// <param name="services">The host's services.</param>
    /// <param name="isAlone">Whether the host's lock shuts all other hosts of this database out.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task Prepare(IServiceProvider services, bool isAlone, CancellationToken cancellationToken)
    {
        await SchemaMigrations.Apply(services.GetRequiredService<NpgsqlDataSource>(), cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<PostgresInstallation>().Load(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<PostgresPreventedPayments>().ForgetOldWriters(cancellationToken).ConfigureAwait(false);
        await services.GetRequiredService<ClientKeyRing>().Load(cancellationToken).ConfigureAwait(false);
        if (services.GetService<FileVideoStore>() is { } videos) await videos.Check(isAlone, cancellationToken).ConfigureAwait(false);
    }
}
