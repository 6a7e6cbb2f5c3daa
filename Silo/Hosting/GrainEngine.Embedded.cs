using VideoGen.Engine;
using VideoGen.Grains;
using VideoGen.Grains.Persistence;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;

namespace VideoGen.Silo.Hosting;

/// <summary>The embedded engine under the grains: the one file in which the hosts of the two engines differ.</summary>
internal static class GrainEngine
{
    /// <summary>All grains are in this process alone.</summary>
    public const HostLockMode LockMode = HostLockMode.Alone;

    /// <summary>How many grains are in the memory of this process.</summary>
    public static int Activations(IServiceProvider services) => services.GetRequiredService<EmbeddedEngine>().ActivationCount;

    public static IServiceCollection AddGrainEngine(this IServiceCollection services)
    {
        services.AddPostgresGrainState(StateJson.Options);
        return services.AddEmbeddedEngine(engine => engine.AddGrainsFrom(GrainsRegistration.Assembly));
    }
}
