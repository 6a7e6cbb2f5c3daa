using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VideoGen.Engine;

/// <summary>Composition of the embedded engine.</summary>
public static class EmbeddedEngineServices
{
    /// <summary>
    /// Adds the engine, its <see cref="IGrainFactory"/> and the hosted service that starts and stops it. Taken from the services:
    /// <see cref="TimeProvider"/>, <see cref="ITurnQueue"/>, <see cref="Orleans.Storage.IGrainStorage"/> (keyed by name, or not keyed for
    /// the default), <see cref="IReminderTable"/>, <see cref="IIncomingGrainCallFilter"/>. Services that call grains are added after this one,
    /// so that they start later and stop earlier.
    /// </summary>
    public static IServiceCollection AddEmbeddedEngine(this IServiceCollection services, Action<EmbeddedEngineOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<EmbeddedEngineOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ReminderOptions>()
            .Validate(options => options.MinimumReminderPeriod >= TimeSpan.Zero, "MinimumReminderPeriod must not be negative.")
            .ValidateOnStart();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITurnQueue, ThreadPoolTurns>();
        services.TryAddSingleton(provider => new EmbeddedEngine(
            provider,
            new(services),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ITurnQueue>(),
            provider.GetRequiredService<IOptions<EmbeddedEngineOptions>>().Value,
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<EmbeddedEngine>().Grains);
        services.TryAddScoped<ScopedContext>();
        services.TryAddScoped<IGrainContext>(provider => provider.GetRequiredService<ScopedContext>().Activation
            ?? throw new InvalidOperationException("IGrainContext exists only in the services of an activation."));
        services.AddHostedService<EngineHost>();
        return services;
    }

    private sealed class EngineHost(EmbeddedEngine engine) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
    }
}
