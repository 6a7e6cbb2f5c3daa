using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace VideoGen.Engine.Simulation;

/// <summary>Builds an engine without a host, for tests and simulations.</summary>
/// <param name="time">The clock; nothing in the engine looks at another one.</param>
public sealed class EmbeddedEngineBuilder(TimeProvider time)
{
    private Action<EmbeddedEngineOptions> _configure = _ => { };

    /// <summary>What the grains ask for in their constructors.</summary>
    public IServiceCollection Services { get; } = new ServiceCollection();

    /// <summary>Sets options and adds grains; may be called several times.</summary>
    public EmbeddedEngineBuilder Configure(Action<EmbeddedEngineOptions> configure)
    {
        _configure += configure;
        return this;
    }

    /// <summary>Adds a storage: under a name, or as the default.</summary>
    public EmbeddedEngineBuilder WithStorage(IGrainStorage storage, string? name = null)
    {
        if (name is null)
            Services.AddSingleton(storage);
        else
            Services.AddKeyedSingleton(name, storage);
        return this;
    }

    /// <summary>Adds the table that reminders are kept in.</summary>
    public EmbeddedEngineBuilder WithReminders(IReminderTable table)
    {
        Services.AddSingleton(table);
        return this;
    }

    /// <summary>Runs turns where this queue says, instead of on the thread pool.</summary>
    public EmbeddedEngineBuilder WithTurns(ITurnQueue turns)
    {
        Services.AddSingleton(turns);
        return this;
    }

    /// <summary>Builds the engine; it is not started yet. Disposing the services does not stop it.</summary>
    public BuiltEngine Build()
    {
        Services.AddSingleton(time);
        Services.AddEmbeddedEngine(_configure);
        var services = Services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        return new(services, services.GetRequiredService<EmbeddedEngine>());
    }
}

/// <summary>An engine and the services it was built with.</summary>
/// <param name="Services">The services; disposed with this.</param>
/// <param name="Engine">The engine.</param>
public sealed record BuiltEngine(ServiceProvider Services, EmbeddedEngine Engine) : IAsyncDisposable
{
    /// <summary>Disposes the services. Stop the engine before.</summary>
    public ValueTask DisposeAsync() => Services.DisposeAsync();
}
