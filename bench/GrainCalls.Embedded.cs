using Microsoft.Extensions.DependencyInjection;
using VideoGen.Engine;

namespace VideoGen.Bench;

internal static partial class GrainCalls
{
    private static async Task<(IGrainFactory Grains, IAsyncDisposable Running)> StartEngine()
    {
        var services = new ServiceCollection();
        services.AddEmbeddedEngine(engine => engine.AddGrain(typeof(EchoGrain)));
        var provider = services.BuildServiceProvider();
        var engine = provider.GetRequiredService<EmbeddedEngine>();
        await engine.StartAsync();
        return (engine.Grains, new Running(provider, engine));
    }

    private sealed class Running(ServiceProvider provider, EmbeddedEngine engine) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await engine.StopAsync();
            await provider.DisposeAsync();
        }
    }
}
