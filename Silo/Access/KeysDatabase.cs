using VideoGen.Gateway.Access;
using VideoGen.Silo.Hosting;
using VideoGen.Storage;
using VideoGen.Storage.Access;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Schema;

namespace VideoGen.Silo.Access;

/// <summary>The host's database for a command: found by the same configuration, and brought up to date as at a start.</summary>
internal sealed class KeysDatabase
{
    private readonly ConfigurationManager configuration;

    /// <param name="settings">Arguments of the form <c>--Section:Name=value</c>.</param>
    public KeysDatabase(string[] settings)
    {
        configuration = Commands.Configuration(settings);
        Plans = new(configuration);
    }

    /// <summary>The plans that are configured for this command. The host may have others, where its environment is another.</summary>
    public PlanNames Plans { get; }

    /// <param name="work">What to do. It may be done again, so twice must be the same as once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<T> Run<T>(Func<PostgresClientKeys, Task<T>> work, CancellationToken cancellationToken) => Database.Visit(
        configuration, DataFolder.Prepare(configuration), connectionString => Run(connectionString, work, cancellationToken), cancellationToken);

    private static async Task<T> Run<T>(string connectionString, Func<PostgresClientKeys, Task<T>> work, CancellationToken cancellationToken)
    {
        var connections = new PostgresConnections(connectionString);
        await using (connections.ConfigureAwait(false))
        {
            await SchemaMigrations.Apply(connections.Pool, cancellationToken).ConfigureAwait(false);
            return await work(new(connections.Pool)).ConfigureAwait(false);
        }
    }
}
