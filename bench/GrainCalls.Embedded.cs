using Microsoft.Extensions.DependencyInjection;
using VideoGen.Engine;
using VideoGen.Grains;

namespace VideoGen.Bench;

internal static partial class GrainCalls
{
    /// <param name="add">What the product's own grains need; without it there is only the bench's.</param>
    public static async Task<(IGrainFactory Grains, IAsyncDisposable Running)> StartEngine(Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        add?.Invoke(services);
        services.AddEmbeddedEngine(engine =>
        {
            if (add is null) engine.AddGrain(typeof(EchoGrain));
            else engine.AddGrainsFrom(GrainsRegistration.Assembly);
        });
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
