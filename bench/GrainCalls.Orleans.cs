using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace VideoGen.Bench;

internal static partial class GrainCalls
{
    /// <summary>A silo that is alone, with its list of silos in memory; called from its own process, as the door in it calls.</summary>
    /// <param name="add">What the product's own grains need.</param>
    public static async Task<(IGrainFactory Grains, IAsyncDisposable Running)> StartEngine(Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        add?.Invoke(builder.Services);
        var ports = Ports.Free(2);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1]));
        var host = builder.Build();
        await host.StartAsync();
        return (host.Services.GetRequiredService<IGrainFactory>(), new Running(host));
    }

    private sealed class Running(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
