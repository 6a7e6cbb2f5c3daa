using VideoGen.Engine;
using VideoGen.Grains;
using VideoGen.Grains.Persistence;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Silo.Hosting;

/// <summary>The embedded engine under the grains: this file and its Orleans twin are all in which the hosts of the two engines differ.</summary>
internal static class GrainEngine
{
    /// <summary>All grains are in this process alone.</summary>
    public static HostClaim Claim(IConfiguration configuration)
    {
        _ = configuration;
        return new HostClaim.Alone();
    }

    /// <summary>How many grains are in the memory of this process.</summary>
    public static int Activations(IServiceProvider services) => services.GetRequiredService<EmbeddedEngine>().ActivationCount;

    /// <summary>Nobody shares the server with this process as a rule.</summary>
    /// <returns>How our own storage connects.</returns>
    public static string Share(IConfiguration configuration, string connectionString)
    {
        _ = configuration;
        return connectionString;
    }

    /// <summary>What this host's memory of the database is called in the data folder, which it has for itself.</summary>
    public static string Memory(IConfiguration configuration)
    {
        _ = configuration;
        return DatabaseMemory.Name;
    }

    /// <summary>What has to be true of the database once this process has its lock.</summary>
    public static Task Check(IServiceProvider services)
    {
        _ = services;
        return Task.CompletedTask;
    }

    /// <summary>Whether clients may ask this host itself: there is nobody else whom they could ask.</summary>
    public static bool HasDoor(IConfiguration configuration)
    {
        _ = configuration;
        return true;
    }

    /// <summary>What the operator is told at the start, of the engine alone: nothing.</summary>
    public static string? MoreToSay(IServiceProvider services)
    {
        _ = services;
        return null;
    }

    /// <param name="builder">The host, with everything added that outlives its grains.</param>
    /// <param name="connectionString">Not needed: <see cref="PostgresServices.AddPostgresStorage"/> has it.</param>
    public static void AddGrainEngine(this WebApplicationBuilder builder, string connectionString)
    {
        _ = connectionString;
        builder.Services.AddPostgresGrainState(StateJson.Options);
        builder.Services.AddEmbeddedEngine(engine => engine.AddGrainsFrom(GrainsRegistration.Assembly));
    }
}
