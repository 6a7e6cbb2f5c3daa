using VideoGen.Engine;
using VideoGen.Grains;
using VideoGen.Grains.Persistence;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;

namespace VideoGen.Silo.Hosting;

/// <summary>The embedded engine under the grains: this file and its Orleans twin are all in which the hosts of the two engines differ.</summary>
internal static class GrainEngine
{
    /// <summary>All grains are in this process alone.</summary>
    public const HostLockMode LockMode = HostLockMode.Alone;

    /// <summary>How many grains are in the memory of this process.</summary>
    public static int Activations(IServiceProvider services) => services.GetRequiredService<EmbeddedEngine>().ActivationCount;

    /// <param name="builder">The host, with everything added that outlives its grains.</param>
    /// <param name="connectionString">Not needed: <see cref="PostgresServices.AddPostgresStorage"/> has it.</param>
    public static void AddGrainEngine(this WebApplicationBuilder builder, string connectionString)
    {
        _ = connectionString;
        builder.Services.AddPostgresGrainState(StateJson.Options);
        builder.Services.AddEmbeddedEngine(engine => engine.AddGrainsFrom(GrainsRegistration.Assembly));
    }
}
